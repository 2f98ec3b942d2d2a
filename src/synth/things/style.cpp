#include "synth/things/style.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

namespace pixelsail {
namespace {

using Tone = std::array<double, 3>;  ///< red, green and blue, 0..255

/// A picture's channels apart from its opacity, and how light each pixel is, 0..1.
struct Sketch {
  int height = 0, width = 0;
  std::vector<Tone> tones;
  std::vector<double> light, opacity;

  std::size_t at(int y, int x) const {
    return static_cast<std::size_t>(std::clamp(y, 0, height - 1)) * width + std::clamp(x, 0, width - 1);
  }
};

Sketch sketch_of(const RgbaImage& picture) {
  Sketch sketch{.height = picture.height, .width = picture.width, .tones = {}, .light = {}, .opacity = {}};
  for (std::size_t i = 0; i + 3 < picture.rgba.size(); i += 4) {
    const Tone tone{static_cast<double>(picture.rgba[i]), static_cast<double>(picture.rgba[i + 1]),
                    static_cast<double>(picture.rgba[i + 2])};
    sketch.tones.push_back(tone);
    sketch.light.push_back((0.299 * tone[0] + 0.587 * tone[1] + 0.114 * tone[2]) / 255);
    sketch.opacity.push_back(static_cast<double>(picture.rgba[i + 3]) / 255);
  }
  return sketch;
}

Tone draw_tone(Rng& rng, double low, double high) {
  return {rng.uniform(low, high), rng.uniform(low, high), rng.uniform(low, high)};
}

Tone between(const Tone& a, const Tone& b, double t) {
  return {a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1]), a[2] + t * (b[2] - a[2])};
}

/// Each pixel takes the mean over the opaque ones of the square around it.
void blur(Sketch& sketch, int reach) {
  const Sketch from = sketch;
  for (int y = 0; y < sketch.height; ++y) {
    for (int x = 0; x < sketch.width; ++x) {
      Tone sum{};
      double weight = 1e-6, light = 0;
      for (int v = y - reach; v <= y + reach; ++v) {
        for (int u = x - reach; u <= x + reach; ++u) {
          const std::size_t i = from.at(v, u);
          for (std::size_t c = 0; c < 3; ++c) sum[c] += from.opacity[i] * from.tones[i][c];
          light += from.opacity[i] * from.light[i];
          weight += from.opacity[i];
        }
      }
      const std::size_t to = sketch.at(y, x);
      for (std::size_t c = 0; c < 3; ++c) sketch.tones[to][c] = sum[c] / weight;
      sketch.light[to] = light / weight;
    }
  }
}

void two_tones(Sketch& sketch, Rng& rng) {
  Tone dark = draw_tone(rng, 0, 120), light = draw_tone(rng, 130, 255);
  if (rng.uniform() < 0.2) std::swap(dark, light);
  for (std::size_t i = 0; i < sketch.tones.size(); ++i)
    sketch.tones[i] = between(dark, light, sketch.light[i]);
}

void few_tones(Sketch& sketch, Rng& rng) {
  const double steps = static_cast<double>(rng.between(1, 3));
  const bool own = rng.below(2) == 0;
  const Tone dark = draw_tone(rng, 0, 140), light = draw_tone(rng, 110, 255);
  blur(sketch, 1);
  for (std::size_t i = 0; i < sketch.tones.size(); ++i) {
    if (!own) sketch.tones[i] = between(dark, light, std::round(sketch.light[i] * steps) / steps);
    for (double& value : sketch.tones[i])
      if (own) value = std::round(value / 255 * (steps + 1)) / (steps + 1) * 255;
  }
}

/// Dark where the light changes, and around the whole.
void lines(Sketch& sketch, Rng& rng) {
  const Tone paper = draw_tone(rng, 150, 255), pen = draw_tone(rng, 0, 80);
  const double strength = rng.uniform(1.5, 4.0);
  blur(sketch, 1);
  const Sketch from = sketch;
  const auto seen = [&](int y, int x) {
    return from.opacity[from.at(y, x)] * (0.6 + 0.4 * from.light[from.at(y, x)]);
  };
  const bool at_border = rng.uniform() < 0.8;
  for (int y = 0; y < sketch.height; ++y) {
    for (int x = 0; x < sketch.width; ++x) {
      const double across = from.light[from.at(y, x + 1)] - from.light[from.at(y, x - 1)];
      const double along = from.light[from.at(y + 1, x)] - from.light[from.at(y - 1, x)];
      double ink = strength * std::hypot(across, along);
      const double border = std::hypot(seen(y, x + 2) - seen(y, x - 2), seen(y + 2, x) - seen(y - 2, x));
      const bool edge = x < 2 || y < 2 || x + 2 >= sketch.width || y + 2 >= sketch.height;
      if (at_border) ink = std::max(ink, edge ? 1.0 : 1.5 * border);
      sketch.tones[sketch.at(y, x)] = between(paper, pen, std::clamp(ink, 0.0, 1.0));
    }
  }
}

void silhouette(Sketch& sketch, Rng& rng) {
  const Tone tone = rng.below(2) == 0 ? draw_tone(rng, 0, 60) : draw_tone(rng, 0, 255);
  std::ranges::fill(sketch.tones, tone);
}

/// Red, green and blue in another order, some of them turned round.
void other_colors(Sketch& sketch, Rng& rng) {
  std::vector<std::size_t> order{0, 1, 2};
  rng.shuffle(order);
  const std::array<bool, 3> turned{rng.uniform() < 0.25, rng.uniform() < 0.25, rng.uniform() < 0.25};
  const double power = std::exp(rng.uniform(-0.5, 0.5));
  for (Tone& tone : sketch.tones) {
    const Tone old = tone;
    for (std::size_t c = 0; c < 3; ++c) {
      const double value = std::pow(old[order[c]] / 255, power) * 255;
      tone[c] = turned[c] ? 255 - value : value;
    }
  }
}

/// Waves that cross, or blotches where they are of about one length.
void textured(Sketch& sketch, Rng& rng) {
  const double depth = rng.uniform(0.25, 0.7), side = std::max(sketch.height, sketch.width);
  struct Ripple {
    double down, right, phase;
  };
  std::vector<Ripple> ripples(static_cast<std::size_t>(rng.between(1, 4)));
  const double cycles = rng.uniform(3.0, 14.0);
  for (Ripple& ripple : ripples) {
    const double angle = rng.uniform(0, std::numbers::pi), pace = 2 * std::numbers::pi * cycles / side;
    ripple = {pace * std::sin(angle), pace * std::cos(angle), rng.uniform(0, 2 * std::numbers::pi)};
  }
  const Tone tint = draw_tone(rng, 0, 255);
  for (int y = 0; y < sketch.height; ++y) {
    for (int x = 0; x < sketch.width; ++x) {
      double sum = 0;
      for (const Ripple& ripple : ripples) sum += std::sin(ripple.down * y + ripple.right * x + ripple.phase);
      Tone& tone = sketch.tones[sketch.at(y, x)];
      tone = between(tone, tint, depth * (sum / static_cast<double>(ripples.size()) * 0.5 + 0.5));
    }
  }
}

void lit_from_a_side(Sketch& sketch, Rng& rng) {
  const double angle = rng.uniform(0, 2 * std::numbers::pi), depth = rng.uniform(0.2, 0.6);
  for (int y = 0; y < sketch.height; ++y) {
    for (int x = 0; x < sketch.width; ++x) {
      const double right = (x + 0.5) / sketch.width - 0.5, down = (y + 0.5) / sketch.height - 0.5;
      const double factor = 1 + depth * 1.4 * (right * std::cos(angle) + down * std::sin(angle));
      for (double& value : sketch.tones[sketch.at(y, x)]) value *= factor;
    }
  }
}

}  // namespace

RgbaImage restyled(const RgbaImage& picture, Rng& rng) {
  Sketch sketch = sketch_of(picture);
  const double manner = rng.uniform();
  if (manner < 0.18) {
    two_tones(sketch, rng);
  } else if (manner < 0.36) {
    few_tones(sketch, rng);
  } else if (manner < 0.52) {
    lines(sketch, rng);
  } else if (manner < 0.58) {
    silhouette(sketch, rng);
  } else if (manner < 0.74) {
    other_colors(sketch, rng);
  } else if (manner < 0.90) {
    textured(sketch, rng);
  } else {
    blur(sketch, static_cast<int>(rng.between(2, 4)));
  }
  if (rng.uniform() < 0.4) lit_from_a_side(sketch, rng);
  RgbaImage result = picture;
  for (std::size_t i = 0; i < sketch.tones.size(); ++i) {
    for (std::size_t c = 0; c < 3; ++c)
      result.rgba[4 * i + c] =
          static_cast<std::uint8_t>(std::lround(std::clamp(sketch.tones[i][c], 0.0, 255.0)));
  }
  return result;
}

}  // namespace pixelsail
