#include "synth/outline.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "io/json.h"
#include "io/rle.h"

namespace pixelsail {
namespace {

/// Directions along pixel edges, clockwise on the screen: right, down, left, up.
constexpr std::array<int, 4> kDx{1, 0, -1, 0};
constexpr std::array<int, 4> kDy{0, 1, 0, -1};

/// Boundary edges that leave each pixel corner, one bit a direction, set pixels on the right hand.
class EdgeMap {
 public:
  explicit EdgeMap(const Mask& mask)
      : columns_(mask.width + 1), edges_(static_cast<std::size_t>(columns_) * (mask.height + 1), 0) {
    const auto set = [&](int y, int x) {
      return y >= 0 && x >= 0 && y < mask.height && x < mask.width && mask.at(y, x) != 0;
    };
    for (int y = 0; y < mask.height; ++y) {
      for (int x = 0; x < mask.width; ++x) {
        if (!set(y, x)) continue;
        if (!set(y - 1, x)) at(x, y) |= 1;
        if (!set(y, x + 1)) at(x + 1, y) |= 2;
        if (!set(y + 1, x)) at(x + 1, y + 1) |= 4;
        if (!set(y, x - 1)) at(x, y + 1) |= 8;
      }
    }
  }
  std::uint8_t& at(int x, int y) { return edges_[static_cast<std::size_t>(y) * columns_ + x]; }
  /// Follows the loop that starts with an edge from (x, y) and removes its edges; corners only.
  std::vector<double> take_loop(int x, int y) {
    std::vector<double> corners;
    int previous = -1, direction = 0;
    while ((at(x, y) & (1 << direction)) == 0) ++direction;
    const int first = direction;
    const int start_x = x, start_y = y;
    do {
      if (direction != previous) corners.insert(corners.end(), {double(x), double(y)});
      at(x, y) = static_cast<std::uint8_t>(at(x, y) & ~(1 << direction));
      x += kDx[static_cast<std::size_t>(direction)];
      y += kDy[static_cast<std::size_t>(direction)];
      previous = direction;
      // Where two parts meet at a corner, turning right first keeps them apart.
      for (const int turn : {1, 0, 3}) {
        const int next = (previous + turn) % 4;
        if ((at(x, y) & (1 << next)) != 0) {
          direction = next;
          break;
        }
      }
    } while (x != start_x || y != start_y);
    if (previous == first) corners.erase(corners.begin(), corners.begin() + 2);
    return corners;
  }

 private:
  int columns_;
  std::vector<std::uint8_t> edges_;
};

double signed_area(const std::vector<double>& xy) {
  double twice = 0;
  for (std::size_t i = 0, n = xy.size(); i < n; i += 2) {
    twice += xy[i] * xy[(i + 3) % n] - xy[(i + 2) % n] * xy[i + 1];
  }
  return twice / 2;
}

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

Outlines trace_outlines(const Mask& mask) {
  Outlines result;
  EdgeMap edges(mask);
  for (int y = 0; y <= mask.height; ++y) {
    for (int x = 0; x <= mask.width; ++x) {
      while (edges.at(x, y) != 0) {
        std::vector<double> loop = edges.take_loop(x, y);
        const double area = signed_area(loop);
        if (area > 0) {
          result.polygons.push_back(std::move(loop));
        } else {
          result.hole_area += std::llround(-area);
        }
      }
    }
  }
  return result;
}

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

nlohmann::ordered_json segmentation_of(const Mask& mask, bool uncompressed) {
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
  nlohmann::ordered_json object;
  object["size"] = {mask.height, mask.width};
  if (uncompressed) {
    object["counts"] = truth.counts;
  } else {
    object["counts"] = rle_to_string(truth);
  }
  return object;
}

}  // namespace pixelsail
