#pragma once

/// Which points an object covers and which of them carry the second tone of its pattern.

#include <cstdint>
#include <vector>

#include "synth/scene.h"

namespace pixelsail {

/// Shapes reach at most this multiple of the nominal radius from their centre.
inline constexpr double kMaxReach = 1.32;

/// A point in the object's own axes, in units of its radius.
struct LocalPoint {
  double u = 0, v = 0;
};

bool covers(Shape shape, LocalPoint point);

/// An object's own axes, with what many points need worked out once.
class ObjectFrame {
 public:
  explicit ObjectFrame(const Object& object, double unit);
  LocalPoint to_local(double x, double y) const {
    const double dx = x - x_, dy = y - y_;
    return {cos_ * dx + sin_ * dy, -sin_ * dx + cos_ * dy};
  }
  /// Whether the pattern paints its second tone there.
  bool has_tone(LocalPoint point) const;

 private:
  double x_, y_, cos_, sin_;          ///< cosine and sine carry 1 / radius
  double pattern_cos_, pattern_sin_;  ///< these carry radius / unit
  Pattern pattern_;
  bool small_;
};

/// Subsamples a side of a pixel.
inline constexpr int kSubsamples = 4;

/// Topmost object of every subsample, row-major over height*kSubsamples x width*kSubsamples; -1 is
/// background.
std::vector<std::int8_t> owner_grid(const Scene& scene);

}  // namespace pixelsail
