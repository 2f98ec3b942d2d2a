#pragma once

/// Polygons as the annotation tools of ReasonSeg draw them: OpenCV's outline of thickness 1 plus its fill,
/// both with 8-connected edges. More pixels than COCO's rule gives (io/rle.h): the border belongs to the
/// polygon. For polygons inside the picture every version of OpenCV draws the same; how those that leave it
/// are filled changed between 4.6 and 4.14.

#include <cstdint>
#include <span>

namespace pixelsail {

struct PixelPoint {
  int x = 0, y = 0;
  bool operator==(const PixelPoint&) const = default;
};

/// Coordinates may lie outside the picture, but not further than this (drawing walks along the outline).
inline constexpr int kMaxPolygonCoordinate = 1 << 20;

/// Sets the pixels of a closed polygon to `value`. `values` is row-major, height*width; the polygon is
/// clipped to it. One point draws a dot, two a line; none draws nothing. Throws DataError for a coordinate
/// beyond kMaxPolygonCoordinate or `values` of another length.
void fill_outlined_polygon(std::span<std::uint8_t> values, int height, int width,
                           std::span<const PixelPoint> points, std::uint8_t value);

}  // namespace pixelsail
