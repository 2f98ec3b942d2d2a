#include "export/annotation_set.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

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

void join_shapes(Shape& to, Shape part, int height, int width) {
  auto* polygons = std::get_if<std::vector<Polygon>>(&to);
  auto* more = std::get_if<std::vector<Polygon>>(&part);
  if (polygons != nullptr && more != nullptr) {
    for (Polygon& polygon : *more) polygons->push_back(std::move(polygon));
  } else {
    to = merge_rles({thing_mask(to, height, width), thing_mask(part, height, width)});
  }
}

void join_names(AnnotationSet& set) {
  for (AnnotatedPicture& picture : set.pictures) {
    std::vector<AnnotatedThing> joined;
    for (AnnotatedThing& thing : picture.things) {
      const auto same = std::ranges::find_if(joined, [&thing](const AnnotatedThing& other) {
        return other.name == thing.name && !other.is_crowd && !thing.is_crowd;
      });
      if (same == joined.end()) {
        joined.push_back(std::move(thing));
      } else {
        join_shapes(same->shape, std::move(thing.shape), picture.height, picture.width);
      }
    }
    picture.things = std::move(joined);
  }
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
