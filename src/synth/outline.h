#pragma once

/// Masks as COCO polygons.

#include <nlohmann/json.hpp>
#include <vector>

#include "image/mask_outline.h"
#include "pixelsail/mask.h"

namespace pixelsail {

/// Fewer corners: nothing moves by more than `tolerance` pixels. Never fewer than three corners.
std::vector<double> simplify(const std::vector<double>& polygon, double tolerance);

/// A COCO `segmentation`: polygons, simplified as people draw them, that decode to at least 0.95 IoU with the
/// mask; an RLE object for masks with holes, which polygons cannot express: with its counts as a list of
/// numbers when `uncompressed`, else as text.
nlohmann::ordered_json segmentation_of(const Mask& mask, bool uncompressed);

}  // namespace pixelsail
