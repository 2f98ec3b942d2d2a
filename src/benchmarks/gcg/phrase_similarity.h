#pragma once

/// How alike predicted and true phrases are, for GCG (format and rule: gcg/gcg.h).

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "io/json.h"

namespace pixelsail {

class PhraseSimilarity {
 public:
  /// An empty path: equal phrases. Throws DataError for a file that is no JSON object.
  explicit PhraseSimilarity(const std::filesystem::path& file);

  /// A row a phrase, a column a label. Throws DataError when the file lacks the image, or has a table of
  /// another size.
  std::vector<double> table(const std::string& image_id, std::span<const std::string> phrases,
                            std::span<const std::string> labels) const;

 private:
  std::string name_;
  Json images_;
};

}  // namespace pixelsail
