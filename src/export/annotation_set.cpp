#include "export/annotation_set.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "image/mask_outline.h"
#include "io/rle.h"
#include "pixelsail/error.h"

namespace pixelsail {

Rle thing_mask(const Shape& shape, int height, int width) {
  if (const Rle* mask = std::get_if<Rle>(&shape)) {
    if (mask->height == height && mask->width == width) return *mask;
    throw DataError("a mask of " + std::to_string(mask->width) + " x " + std::to_string(mask->height) +
                    " pixels on a picture of " + std::to_string(width) + " x " + std::to_string(height));
  }
  std::vector<Rle> parts;
  for (const Polygon& polygon : std::get<std::vector<Polygon>>(shape)) {
    if (polygon.size() < 6) throw DataError("a polygon with less than three corners");
    parts.push_back(polygon_to_rle(polygon, height, width));
  }
  if (parts.empty()) throw DataError("no polygon");
  return merge_rles(parts);
}

Polygon circle_polygon(double x, double y, double radius) {
  if (!(radius > 0) || !std::isfinite(radius)) throw DataError("a circle without a radius");
  constexpr double kOff = 0.1;
  const double step = radius > kOff ? std::acos(1 - kOff / radius) : 1;
  const int corners = static_cast<int>(std::clamp(std::ceil(std::numbers::pi / step), 16.0, 1024.0));
  Polygon polygon;
  for (int i = 0; i < corners; ++i) {
    const double angle = 2 * std::numbers::pi * i / corners;
    polygon.insert(polygon.end(), {x + radius * std::cos(angle), y + radius * std::sin(angle)});
  }
  return polygon;
}

Polygon box_polygon(double left, double top, double right, double bottom) {
  if (left > right) std::swap(left, right);
  if (top > bottom) std::swap(top, bottom);
  return {left, top, right, top, right, bottom, left, bottom};
}

Polygon single_polygon(const AnnotatedThing& thing, int height, int width) {
  if (const Polygon* polygon = only_polygon(thing.shape)) return *polygon;
  return one_ring(trace_outlines(decode_mask(thing_mask(thing.shape, height, width))));
}

const Polygon* only_polygon(const Shape& shape) {
  const auto* polygons = std::get_if<std::vector<Polygon>>(&shape);
  return polygons != nullptr && polygons->size() == 1 ? &polygons->front() : nullptr;
}

}  // namespace pixelsail
