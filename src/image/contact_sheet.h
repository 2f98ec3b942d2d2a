#pragma once

/// A sheet of samples: image, ground truth and prediction side by side, or image and answer where there is no truth to
/// compare with.

#include <optional>
#include <string>
#include <vector>

#include "pixelsail/image.h"
#include "pixelsail/mask.h"

namespace pixelsail {

struct SheetCell {
  std::string title;  ///< the expression
  Image image;
  /// Absent or without a pixel: there is no target, or nothing was predicted.
  std::optional<Mask> truth, prediction;
  std::string answer;  ///< words below the prediction of SheetKind::kAnswers
};

/// Several masks as one, for a cell: what any of them has. Nothing for none.
std::optional<Mask> joined_masks(std::vector<Mask> masks);

enum class SheetKind { kCompared, kAnswers };

/// Cells in reading order in `columns` columns; each image is scaled to a readable size. Below the prediction
/// stands its IoU with the truth, or the answer's words. Throws DataError for no cells, no columns, or a mask of another
/// size than its image.
Image contact_sheet(const std::vector<SheetCell>& cells, int columns, SheetKind kind = SheetKind::kCompared);

}  // namespace pixelsail
