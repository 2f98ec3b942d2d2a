#pragma once

/// Regions a user points at: the visual prompts <Prompt0>, <Prompt1>, ...

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "pixelsail/mask.h"

namespace pixelsail {

/// x, y of the upper left corner, width and height, in pixels of the original image (COCO order). Filled.
struct BoxRegion {
  double x = 0, y = 0, width = 0, height = 0;
};
/// One pixel.
struct PointRegion {
  double x = 0, y = 0;
};
/// A polyline one pixel wide.
struct ScribbleRegion {
  std::vector<std::pair<double, double>> points;
};

/// A mask must have the size of the image it belongs to.
using Region = std::variant<BoxRegion, PointRegion, ScribbleRegion, Mask>;

/// Reads "box:x,y,w,h", "point:x,y", "scribble:x1,y1,x2,y2,..." or "mask:FILE" (non-zero pixels of a gray
/// image). Throws ConfigError for a malformed text, DataError for an unreadable mask file.
Region parse_region(std::string_view text);

/// The pixels a region covers on a height x width image, clipped to it.
/// Throws DataError when nothing of it lies inside or a mask has another size.
Mask rasterize(const Region& region, int height, int width);

}  // namespace pixelsail
