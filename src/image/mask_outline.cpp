#include "image/mask_outline.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <utility>

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

}  // namespace

PixelBox box_around(const Mask& mask) {
  PixelBox box{.left = mask.width, .top = mask.height};
  for (int y = 0; y < mask.height; ++y) {
    for (int x = 0; x < mask.width; ++x) {
      if (mask.at(y, x) == 0) continue;
      box.left = std::min(box.left, x);
      box.right = std::max(box.right, x);
      box.top = std::min(box.top, y);
      box.bottom = std::max(box.bottom, y);
    }
  }
  return box;
}

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
          result.holes.push_back(std::move(loop));
        }
      }
    }
  }
  return result;
}

std::vector<double> one_ring(const Outlines& outlines) {
  std::vector<double> ring;
  const auto add = [&ring](const std::vector<double>& part) {
    ring.insert(ring.end(), part.begin(), part.end());
    ring.insert(ring.end(), part.begin(), part.begin() + 2);
  };
  std::vector<const std::vector<double>*> parts;
  for (const auto& polygon : outlines.polygons) parts.push_back(&polygon);
  for (const auto& hole : outlines.holes) parts.push_back(&hole);
  if (parts.empty()) return ring;
  if (parts.size() == 1) return *parts.front();
  for (const auto* part : parts) add(*part);
  // Back over the same bridges: what is walked there and back encloses nothing.
  for (auto part = parts.rbegin() + 1; part != parts.rend(); ++part)
    ring.insert(ring.end(), (*part)->begin(), (*part)->begin() + 2);
  ring.resize(ring.size() - 2);  // the ring closes by itself
  return ring;
}

}  // namespace pixelsail
