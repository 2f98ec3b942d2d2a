#include "synth/outline.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "io/json.h"
#include "io/rle.h"

namespace pixelsail {
namespace {

/// Marks the points from `first` to `last` (indices of a closed ring of n) that have to stay.
void keep_corners(const std::vector<double>& xy, std::size_t first, std::size_t last, double tolerance,
                  std::vector<bool>& keep) {
  const std::size_t n = xy.size() / 2;
  const auto x = [&](std::size_t i) { return xy[2 * (i % n)]; };
  const auto y = [&](std::size_t i) { return xy[2 * (i % n) + 1]; };
  const double dx = x(last) - x(first), dy = y(last) - y(first), length = std::hypot(dx, dy);
  double worst = -1;
  std::size_t at = first;
  for (std::size_t i = first + 1; i < last; ++i) {
    const double px = x(i) - x(first), py = y(i) - y(first);
    const double distance = length > 0 ? std::abs(dx * py - dy * px) / length : std::hypot(px, py);
    if (distance > worst) {
      worst = distance;
      at = i;
    }
  }
  if (worst <= tolerance) return;
  keep[at % n] = true;
  keep_corners(xy, first, at, tolerance, keep);
  keep_corners(xy, at, last, tolerance, keep);
}

double iou(const Rle& a, const Rle& b) {
  const auto both = static_cast<double>(rle_intersection(a, b));
  const double either = static_cast<double>(rle_area(a) + rle_area(b)) - both;
  return either > 0 ? both / either : 1;
}

}  // namespace

std::vector<double> simplify(const std::vector<double>& polygon, double tolerance) {
  const std::size_t n = polygon.size() / 2;
  if (n < 5 || tolerance <= 0) return polygon;
  // The ring is cut at its first point and at the point furthest from it.
  std::size_t far = 1;
  double longest = -1;
  for (std::size_t i = 1; i < n; ++i) {
    const double d = std::hypot(polygon[2 * i] - polygon[0], polygon[2 * i + 1] - polygon[1]);
    if (d > longest) {
      longest = d;
      far = i;
    }
  }
  std::vector<bool> keep(n, false);
  keep[0] = keep[far] = true;
  keep_corners(polygon, 0, far, tolerance, keep);
  keep_corners(polygon, far, n, tolerance, keep);
  std::vector<double> result;
  for (std::size_t i = 0; i < n; ++i) {
    if (keep[i]) result.insert(result.end(), {polygon[2 * i], polygon[2 * i + 1]});
  }
  return result.size() < 6 ? polygon : result;
}

nlohmann::ordered_json segmentation_of(const Mask& mask, HolesAs holes) {
  const Rle truth = encode_mask(mask);
  const Outlines outlines = trace_outlines(mask);
  const double area = static_cast<double>(rle_area(truth));
  if (static_cast<double>(outlines.hole_area) < 0.02 * area) {
    for (const double tolerance : {0.75, 0.5, 0.0}) {
      std::vector<Rle> parts;
      nlohmann::ordered_json polygons = nlohmann::ordered_json::array();
      for (const auto& outline : outlines.polygons) {
        const std::vector<double> polygon = simplify(outline, tolerance);
        parts.push_back(polygon_to_rle(polygon, mask.height, mask.width));
        polygons.push_back(polygon);
      }
      if (!parts.empty() && iou(merge_rles(parts), truth) >= 0.95) return polygons;
    }
  }
  if (holes == HolesAs::kBridges) return nlohmann::ordered_json::array({one_ring(outlines)});
  nlohmann::ordered_json object;
  object["size"] = {mask.height, mask.width};
  if (holes == HolesAs::kRunLists) {
    object["counts"] = truth.counts;
  } else {
    object["counts"] = rle_to_string(truth);
  }
  return object;
}

}  // namespace pixelsail
