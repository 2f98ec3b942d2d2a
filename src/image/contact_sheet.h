#pragma once

/// A sheet of samples: image, ground truth and prediction side by side.

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
};

/// Cells in reading order in `columns` columns; each image is scaled to a readable size. Below the prediction
/// stands its IoU with the truth. Throws DataError for no cells, no columns, or a mask of another size than
/// its image.
Image contact_sheet(const std::vector<SheetCell>& cells, int columns);

}  // namespace pixelsail
