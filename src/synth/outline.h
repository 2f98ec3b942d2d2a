#pragma once

/// Masks as COCO polygons.

#include <nlohmann/json.hpp>
#include <vector>

#include "pixelsail/mask.h"

namespace pixelsail {

/// Outer boundary of each 4-connected part, along pixel edges: x1,y1,x2,y2,... closed, without repeated end
/// point.
struct Outlines {
  std::vector<std::vector<double>> polygons;
  std::int64_t hole_area = 0;  ///< pixels enclosed by a part but not of it
};
Outlines trace_outlines(const Mask& mask);

/// Fewer corners: nothing moves by more than `tolerance` pixels. Never fewer than three corners.
std::vector<double> simplify(const std::vector<double>& polygon, double tolerance);

/// A COCO `segmentation`: polygons, simplified as people draw them, that decode to at least 0.95 IoU with the
/// mask; an RLE object for masks with holes, which polygons cannot express: with its counts as a list of
/// numbers when `uncompressed`, else as text.
nlohmann::ordered_json segmentation_of(const Mask& mask, bool uncompressed);

}  // namespace pixelsail
