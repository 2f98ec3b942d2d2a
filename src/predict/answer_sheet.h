#pragma once

/// One picture of many answers: what was asked, the image, and what of it the answer marks.

#include <cstddef>
#include <filesystem>
#include <vector>

#include "image/contact_sheet.h"
#include "pixelsail/query.h"
#include "predict/items.h"

namespace pixelsail {

class AnswerSheet {
 public:
  static constexpr std::size_t kMost = 60;  ///< items that are shown; later ones are not

  /// Items without an image are left out. Throws DataError for an image that cannot be read.
  void add(const PredictItem& item, const Answer& answer);
  bool empty() const { return cells_.empty(); }
  /// JPEG for a name that ends in .jpg or .jpeg, else PNG; replaces what is there. Throws DataError for an empty sheet,
  /// RunError when it cannot be written.
  void write(const std::filesystem::path& path) const;

 private:
  std::vector<SheetCell> cells_;
};

}  // namespace pixelsail
