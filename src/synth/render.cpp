#include "synth/render.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "synth/geometry.h"

namespace pixelsail {
namespace {

/// A number in [0, 1) for each lattice point.
double lattice(std::uint64_t seed, int x, int y) {
  std::uint64_t z = seed ^ (static_cast<std::uint64_t>(static_cast<std::uint32_t>(x)) << 32) ^
                    static_cast<std::uint32_t>(y);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return static_cast<double>((z ^ (z >> 31)) >> 11) * 0x1.0p-53;
}

double smooth_noise(std::uint64_t seed, double x, double y) {
  const double fx = std::floor(x), fy = std::floor(y);
  const int ix = static_cast<int>(fx), iy = static_cast<int>(fy);
  const auto ease = [](double t) { return t * t * (3 - 2 * t); };
  const double u = ease(x - fx), v = ease(y - fy);
  const double top = lattice(seed, ix, iy) * (1 - u) + lattice(seed, ix + 1, iy) * u;
  const double bottom = lattice(seed, ix, iy + 1) * (1 - u) + lattice(seed, ix + 1, iy + 1) * u;
  return top * (1 - v) + bottom * v;
}

/// Share of the background's second colour at a pixel, 0..1.
double texture_share(const Scene& scene, double x, double y) {
  const Background& b = scene.background;
  const double c = std::cos(b.angle), s = std::sin(b.angle);
  const double along = c * x + s * y, across = -s * x + c * y;
  switch (b.texture) {
    case Texture::kGradient:
      return std::clamp(
          0.5 + (along - (c * scene.width + s * scene.height) / 2) / (scene.width + scene.height), 0.0, 1.0);
    case Texture::kNoise:
      return 0.65 * smooth_noise(b.seed, x / b.period * 2, y / b.period * 2) +
             0.35 * smooth_noise(b.seed + 1, x / b.period * 5, y / b.period * 5);
    case Texture::kStripes:
      return 0.5 + 0.5 * std::sin(along / b.period * 2 * 3.141592653589793);
    case Texture::kTiles:
      return (static_cast<long>(std::floor(along / b.period)) +
              static_cast<long>(std::floor(across / b.period))) %
                         2 !=
                     0
                 ? 0.85
                 : 0.15;
  }
  return 0;
}

}  // namespace

double small_noise(std::uint64_t bits) {
  double sum = 0;
  for (int i = 0; i < 4; ++i) sum += static_cast<double>((bits >> (5 * i)) & 31);
  return (sum - 62) / 18.47;
}

Image render_scene(const Scene& scene, Rng& rng) {
  constexpr double kNoise = 2.5;
  const std::vector<std::int8_t> owner = owner_grid(scene);
  const int columns = scene.width * kSubsamples;
  std::vector<ObjectFrame> frames;
  for (const Object& object : scene.objects) frames.emplace_back(object, scene.unit);
  Image image(scene.height, scene.width);
  for (int y = 0; y < scene.height; ++y) {
    for (int x = 0; x < scene.width; ++x) {
      Rgb sum{};
      int background = 0;
      for (int sy = 0; sy < kSubsamples; ++sy) {
        for (int sx = 0; sx < kSubsamples; ++sx) {
          const int row = y * kSubsamples + sy, column = x * kSubsamples + sx;
          const int index = owner[static_cast<std::size_t>(row) * columns + column];
          if (index < 0) {
            ++background;
            continue;
          }
          const Object& object = scene.objects[static_cast<std::size_t>(index)];
          bool tone = false;
          if (object.pattern != Pattern::kPlain) {
            const ObjectFrame& frame = frames[static_cast<std::size_t>(index)];
            tone = frame.has_tone(frame.to_local((column + 0.5) / kSubsamples, (row + 0.5) / kSubsamples));
          }
          const Rgb& color = tone ? object.tone : object.base;
          for (int c = 0; c < 3; ++c) sum[c] += color[c];
        }
      }
      if (background > 0) {
        const double share = texture_share(scene, x + 0.5, y + 0.5);
        for (int c = 0; c < 3; ++c) {
          sum[c] += background * (scene.background.first[c] +
                                  (scene.background.second[c] - scene.background.first[c]) * share);
        }
      }
      const std::uint64_t bits = rng.next_u64();
      std::uint8_t* pixel = image.pixel(y, x);
      for (int c = 0; c < 3; ++c) {
        const double value = sum[c] / (kSubsamples * kSubsamples) + kNoise * small_noise(bits >> (20 * c));
        pixel[c] = static_cast<std::uint8_t>(std::clamp(std::lround(value), 0L, 255L));
      }
    }
  }
  return image;
}

}  // namespace pixelsail
