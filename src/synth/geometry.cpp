#include "synth/geometry.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace pixelsail {
namespace {

bool in_triangle(LocalPoint p) {
  // Equilateral, one corner up, circumradius 1.3: inside when no side is more than the inradius away.
  constexpr double kInradius = 0.65;
  const double slope = std::sqrt(3.0) / 2;
  return p.v <= kInradius && slope * p.u - 0.5 * p.v <= kInradius && -slope * p.u - 0.5 * p.v <= kInradius;
}

bool in_star(LocalPoint p) {
  constexpr double kOuter = 1.3, kInner = 0.58;
  constexpr double kSector = 2 * std::numbers::pi / 5;
  const double r = std::hypot(p.u, p.v);
  if (r <= 0.4) return true;
  if (r > kOuter) return false;
  // Angle from the nearest tip; the edge runs from the tip (kOuter, 0) to the notch (kInner, half a sector).
  double angle = std::atan2(p.u, -p.v);
  angle = std::abs(angle - kSector * std::round(angle / kSector));
  const double half = kSector / 2;
  const double ax = kOuter, bx = kInner * std::cos(half), by = kInner * std::sin(half);
  const double px = r * std::cos(angle), py = r * std::sin(angle);
  return (bx - ax) * py - by * (px - ax) >= 0;
}

bool in_crescent(LocalPoint p) {
  // A disc without the part that a smaller one beside it covers.
  constexpr double kOuter = 1.25, kInner = 1.0, kShift = 0.55;
  return std::hypot(p.u, p.v) <= kOuter && std::hypot(p.u - kShift, p.v) > kInner;
}

bool in_arrow(LocalPoint p) {
  // Points up: a triangle on a shaft.
  constexpr double kTip = -1.25, kBase = -0.05, kEnd = 1.15, kHalfHead = 1.0, kHalfShaft = 0.38;
  if (p.v < kTip || p.v > kEnd) return false;
  return std::abs(p.u) <= (p.v <= kBase ? kHalfHead * (p.v - kTip) / (kBase - kTip) : kHalfShaft);
}

bool in_heart(LocalPoint p) {
  // A square on its corner with half a disc on each of its upper sides.
  constexpr double kSide = 1.28;
  const double quarter = kSide / (2 * std::numbers::sqrt2);
  return std::abs(p.u) + std::abs(p.v) <= 2 * quarter ||
         std::hypot(std::abs(p.u) - quarter, p.v + quarter) <= kSide / 2;
}

double positive_mod(double value, double period) {
  return value - period * std::floor(value / period);
}

}  // namespace

ObjectFrame::ObjectFrame(const Object& object, double unit)
    : x_(object.x),
      y_(object.y),
      cos_(std::cos(object.rotation) / object.radius),
      sin_(std::sin(object.rotation) / object.radius),
      pattern_cos_(std::cos(object.pattern_angle) * object.radius / unit),
      pattern_sin_(std::sin(object.pattern_angle) * object.radius / unit),
      pattern_(object.pattern),
      small_(object.size == ObjectSize::kSmall) {}

bool covers(Shape shape, LocalPoint p) {
  switch (shape) {
    case Shape::kDisc:
      return p.u * p.u + p.v * p.v <= 1;
    case Shape::kSquare:
      return std::max(std::abs(p.u), std::abs(p.v)) <= 0.88;
    case Shape::kTriangle:
      return in_triangle(p);
    case Shape::kStar:
      return in_star(p);
    case Shape::kCross:
      return std::max(std::abs(p.u), std::abs(p.v)) <= 1.05 && std::min(std::abs(p.u), std::abs(p.v)) <= 0.37;
    case Shape::kRing: {
      const double r2 = p.u * p.u + p.v * p.v;
      return r2 <= 1.08 * 1.08 && r2 >= 0.52 * 0.52;
    }
    case Shape::kDiamond:
      return std::abs(p.u) / 0.78 + std::abs(p.v) / 1.28 <= 1;
    case Shape::kCrescent:
      return in_crescent(p);
    case Shape::kArrow:
      return in_arrow(p);
    case Shape::kHeart:
      return in_heart(p);
  }
  return false;
}

bool ObjectFrame::has_tone(LocalPoint p) const {
  const double px = pattern_cos_ * p.u + pattern_sin_ * p.v, py = -pattern_sin_ * p.u + pattern_cos_ * p.v;
  switch (pattern_) {
    case Pattern::kPlain:
      return false;
    case Pattern::kStriped: {
      const double period = small_ ? 5.2 : 8.5;
      return positive_mod(px + period / 4, period) < period / 2;
    }
    case Pattern::kDotted: {
      const double step = small_ ? 5.4 : 8.4;
      const double dx = positive_mod(px + step / 2, step) - step / 2,
                   dy = positive_mod(py + step / 2, step) - step / 2;
      const double r = step * 0.31;
      return dx * dx + dy * dy <= r * r;
    }
    case Pattern::kCheckered: {
      const double cell = small_ ? 4.0 : 6.5;
      return (static_cast<long>(std::floor(px / cell)) + static_cast<long>(std::floor(py / cell))) % 2 != 0;
    }
  }
  return false;
}

std::vector<std::int8_t> owner_grid(const Scene& scene) {
  const int columns = scene.width * kSubsamples, rows = scene.height * kSubsamples;
  std::vector<std::int8_t> owner(static_cast<std::size_t>(columns) * rows, -1);
  for (std::size_t i = 0; i < scene.objects.size(); ++i) {
    const Object& object = scene.objects[i];
    const double reach = object.radius * kMaxReach;
    const auto first = [](double value) {
      return std::max(0, static_cast<int>(std::floor(value * kSubsamples)));
    };
    const int x0 = first(object.x - reach), x1 = std::min(columns, first(object.x + reach) + 1);
    const int y0 = first(object.y - reach), y1 = std::min(rows, first(object.y + reach) + 1);
    const ObjectFrame frame(object, scene.unit);
    for (int row = y0; row < y1; ++row) {
      const double y = (row + 0.5) / kSubsamples;
      for (int column = x0; column < x1; ++column) {
        if (covers(object.shape, frame.to_local((column + 0.5) / kSubsamples, y))) {
          owner[static_cast<std::size_t>(row) * columns + column] = static_cast<std::int8_t>(i);
        }
      }
    }
  }
  return owner;
}

}  // namespace pixelsail
