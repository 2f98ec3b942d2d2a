// Polygons to runs as the COCO rasterizer does it: the outline is drawn on a grid five times as fine, and
// where it steps over the middle of a pixel column (fine x from 5c+2 to 5c+3) the mask toggles from that row
// downwards. The reference lists every fine point of the outline first; here only the steps that count are
// visited, so a far away vertex costs nothing. The arithmetic of each step is the same, including truncation
// toward zero.

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "io/rle.h"
#include "io/rle_check.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

constexpr double kScale = 5;
/// Beyond this the reference overflows its 32-bit coordinates.
constexpr double kMaxCoordinate = 2e8;
/// Bound on the work for one polygon (steps over column middles).
constexpr std::size_t kMaxSteps = std::size_t{1} << 25;

int fine(double coordinate) {
  if (!(std::abs(coordinate) <= kMaxCoordinate)) {
    throw DataError("polygon: coordinate " + std::to_string(coordinate) + " is not usable");
  }
  return static_cast<int>(kScale * coordinate + .5);
}

/// One side of the polygon on the fine grid, its long axis growing.
struct Edge {
  int x0, y0, dx, dy;
  double slope;

  Edge(int xs, int ys, int xe, int ye) {
    dx = std::abs(xe - xs);
    dy = std::abs(ye - ys);
    if ((dx >= dy && xs > xe) || (dx < dy && ys > ye)) {
      std::swap(xs, xe);
      std::swap(ys, ye);
    }
    x0 = xs;
    y0 = ys;
    slope = dx >= dy ? static_cast<double>(ye - ys) / dx : static_cast<double>(xe - xs) / dy;
  }
  bool is_flat() const { return dx >= dy; }
  /// Fine y of step t of a flat edge, fine x of step t of a steep one.
  int minor(int t) const { return static_cast<int>((is_flat() ? y0 : x0) + slope * t + .5); }
};

class Rasterizer {
 public:
  Rasterizer(int height, int width) : height_(height), width_(width) {}

  void add(const Edge& edge) {
    if (edge.dx == 0 || height_ == 0) return;
    const int first = edge.is_flat() ? edge.x0 : std::min(edge.minor(0), edge.minor(edge.dy));
    const int last = edge.is_flat() ? edge.x0 + edge.dx : std::max(edge.minor(0), edge.minor(edge.dy));
    // Columns c with first <= 5c+2 and 5c+3 <= last that lie in the image.
    const int begin = first <= 2 ? 0 : (first + 2) / 5;
    const std::int64_t end = last < 3 ? 0 : std::min<std::int64_t>((last - 3) / 5 + 1, width_);
    if (begin >= end) return;
    if (toggles_.size() + static_cast<std::size_t>(end - begin) > kMaxSteps) {
      throw DataError("polygon: too many edges for an image this wide");
    }
    for (int c = begin; c < end; ++c) toggle(c, edge.is_flat() ? flat_step(edge, c) : steep_step(edge, c));
  }

  Rle finish() {
    toggles_.push_back(static_cast<std::uint32_t>(height_) * static_cast<std::uint32_t>(width_));
    std::sort(toggles_.begin(), toggles_.end());
    Rle rle{.height = height_, .width = width_, .counts = {}};
    std::uint32_t before = 0;
    // Two toggles at one pixel cancel: the run between them is empty and its neighbours join.
    bool join = false;
    for (std::size_t i = 0; i < toggles_.size(); ++i) {
      const std::uint32_t run = toggles_[i] - std::exchange(before, toggles_[i]);
      if (join) {
        rle.counts.back() += run;
        join = false;
      } else if (run > 0 || i == 0) {
        rle.counts.push_back(run);
      } else {
        join = true;
      }
    }
    return rle;
  }

 private:
  /// Fine y where a flat edge steps over the middle of column c: the smaller of the two points.
  static int flat_step(const Edge& edge, int c) {
    const int t = 5 * c + 2 - edge.x0;
    return std::min(edge.minor(t), edge.minor(t + 1));
  }

  /// The same for a steep edge. Its fine x is monotonous in t, so the step is found by bisection.
  static int steep_step(const Edge& edge, int c) {
    const bool rising = edge.slope > 0;
    int before = 0, after = edge.dy;
    while (after - before > 1) {
      const int middle = before + (after - before) / 2;
      ((edge.minor(middle) >= 5 * c + 3) == rising ? after : before) = middle;
    }
    return edge.y0 + before;
  }

  void toggle(int c, int fine_y) {
    const double y = std::ceil(std::clamp((fine_y + .5) / kScale - .5, 0., static_cast<double>(height_)));
    toggles_.push_back(static_cast<std::uint32_t>(c) * static_cast<std::uint32_t>(height_) +
                       static_cast<std::uint32_t>(y));
  }

  int height_, width_;
  /// Column-major pixel positions where the value changes.
  std::vector<std::uint32_t> toggles_;
};

}  // namespace

Rle polygon_to_rle(std::span<const double> xy, int height, int width) {
  detail::checked_area(height, width);
  if (xy.size() % 2 != 0) {
    throw DataError("polygon: " + std::to_string(xy.size()) + " numbers are no list of x,y pairs");
  }
  Rasterizer rasterizer(height, width);
  const std::size_t corners = xy.size() / 2;
  for (std::size_t i = 0; i < corners; ++i) {
    const std::size_t j = i + 1 < corners ? i + 1 : 0;
    rasterizer.add(Edge(fine(xy[2 * i]), fine(xy[2 * i + 1]), fine(xy[2 * j]), fine(xy[2 * j + 1])));
  }
  return rasterizer.finish();
}

Rle box_to_rle(double x, double y, double width, double height, int image_height, int image_width) {
  const double right = x + width, bottom = y + height;
  const double corners[] = {x, y, x, bottom, right, bottom, right, y};
  return polygon_to_rle(corners, image_height, image_width);
}

}  // namespace pixelsail
