#pragma once

/// Masks as COCO polygons.

#include <nlohmann/json.hpp>
#include <vector>

#include "image/mask_outline.h"
#include "pixelsail/mask.h"

namespace pixelsail {

/// Fewer corners: nothing moves by more than `tolerance` pixels. Never fewer than three corners.
std::vector<double> simplify(const std::vector<double>& polygon, double tolerance);

/// How a mask with holes is written, which COCO's polygons cannot express: run lengths as text or as a list of numbers,
/// or one polygon whose holes hang on its rim by bridges of no width, as training data have them.
enum class HolesAs { kRunLengths, kRunLists, kBridges };

/// A COCO `segmentation`: polygons, simplified as people draw them, that decode to at least 0.95 IoU with the
/// mask; where it has holes, what is said.
nlohmann::ordered_json segmentation_of(const Mask& mask, HolesAs holes);

}  // namespace pixelsail
