#pragma once

/// Masks of a line in a prediction file.

#include <optional>
#include <vector>

#include "io/json.h"
#include "pixelsail/mask.h"

namespace pixelsail {

/// A COCO run-length object of `height` x `width`. Throws DataError for anything else (so do the others).
Rle fitting_mask(const Json& value, int height, int width);
/// Member "mask": run lengths, or null for none.
std::optional<Rle> mask_member(const Json& line, int height, int width);
/// Member "masks": a list of run lengths.
std::vector<Rle> masks_member(const Json& line, int height, int width);

}  // namespace pixelsail
