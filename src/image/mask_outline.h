#pragma once

/// Where the pixels of a mask lie: the box around them, and their boundaries along pixel edges.

#include <cstdint>
#include <vector>

#include "pixelsail/mask.h"

namespace pixelsail {

/// First and last column and row with a pixel; `right` and `bottom` are -1 where there is none.
struct PixelBox {
  int left = 0, top = 0, right = -1, bottom = -1;
  int width() const { return right - left + 1; }
  int height() const { return bottom - top + 1; }
};
PixelBox box_around(const Mask& mask);

/// Outer boundary of each 4-connected part: x1,y1,x2,y2,... closed, without repeated end point.
struct Outlines {
  std::vector<std::vector<double>> polygons;
  /// Boundaries of what a part encloses and what is not of it, the other way round.
  std::vector<std::vector<double>> holes;
  std::int64_t hole_area = 0;  ///< their pixels
};
Outlines trace_outlines(const Mask& mask);

/// All boundaries as one closed polygon, for formats that have one polygon a thing: parts and holes hang together by
/// bridges of no width. By the rule of COCO (io/rle.h), and by any that counts crossings, it fills to the same mask.
std::vector<double> one_ring(const Outlines& outlines);

}  // namespace pixelsail
