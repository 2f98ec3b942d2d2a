#include "synth/things/patch.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace pixelsail {
namespace {

using Rgba = std::array<float, 4>;

Patch premultiplied(const RgbaImage& image) {
  Patch patch{.height = image.height, .width = image.width, .rgba = std::vector<float>(image.rgba.size())};
  for (std::size_t i = 0; i + 3 < image.rgba.size(); i += 4) {
    const float alpha = static_cast<float>(image.rgba[i + 3]) / 255.0F;
    for (std::size_t c = 0; c < 3; ++c)
      patch.rgba[i + c] = static_cast<float>(image.rgba[i + c]) / 255.0F * alpha;
    patch.rgba[i + 3] = alpha;
  }
  return patch;
}

/// Half the size, each pixel the mean of four.
Patch halved(const Patch& from) {
  Patch to{.height = (from.height + 1) / 2, .width = (from.width + 1) / 2, .rgba = {}};
  to.rgba.resize(static_cast<std::size_t>(to.height) * to.width * 4);
  for (int y = 0; y < to.height; ++y) {
    for (int x = 0; x < to.width; ++x) {
      float* sum = to.rgba.data() + (static_cast<std::size_t>(y) * to.width + x) * 4;
      for (int k = 0; k < 4; ++k) {
        const int v = 2 * y + k / 2, u = 2 * x + k % 2;
        if (v >= from.height || u >= from.width) continue;
        for (int c = 0; c < 4; ++c) sum[c] += from.pixel(v, u)[c] / 4;
      }
    }
  }
  return to;
}

/// Bilinear; transparent outside. Pixel centres lie at whole numbers.
Rgba sample(const Patch& from, double x, double y) {
  Rgba value{};
  const int u = static_cast<int>(std::floor(x)), v = static_cast<int>(std::floor(y));
  const float right = static_cast<float>(x - u), down = static_cast<float>(y - v);
  for (int k = 0; k < 4; ++k) {
    const int px = u + k % 2, py = v + k / 2;
    if (px < 0 || py < 0 || px >= from.width || py >= from.height) continue;
    const float weight = (k % 2 == 0 ? 1 - right : right) * (k / 2 == 0 ? 1 - down : down);
    for (std::size_t c = 0; c < 4; ++c) value[c] += weight * from.pixel(py, px)[c];
  }
  return value;
}

double at(const Wave& wave, double t) {
  return wave.height * std::sin(2 * std::numbers::pi * wave.cycles * t + wave.phase);
}

Patch turned(const Patch& from, double scale, const PatchLook& look) {
  const double side = std::max(from.width, from.height);
  const double moved = std::max(look.across.height, look.along.height) * side * scale;
  const int margin = 2 + static_cast<int>(std::ceil(2 * moved));
  const double c = std::cos(look.rotation), s = std::sin(look.rotation);
  const double across = scale * look.stretch, along = scale / look.stretch;
  const double h = from.height * along, w = from.width * across + std::abs(look.shear) * h;
  Patch to;
  to.width = static_cast<int>(std::ceil(std::abs(c) * w + std::abs(s) * h)) + 2 * margin;
  to.height = static_cast<int>(std::ceil(std::abs(s) * w + std::abs(c) * h)) + 2 * margin;
  to.rgba.resize(static_cast<std::size_t>(to.height) * to.width * 4);
  for (int y = 0; y < to.height; ++y) {
    for (int x = 0; x < to.width; ++x) {
      const double dx = x + 0.5 - to.width / 2.0, dy = y + 0.5 - to.height / 2.0;
      const double down = -s * dx + c * dy;
      double v = down / along, u = (c * dx + s * dy - look.shear * down) / across;
      u += side * at(look.across, v / side);
      v += side * at(look.along, u / side);
      if (look.mirrored) u = -u;
      const Rgba value = sample(from, u + from.width / 2.0 - 0.5, v + from.height / 2.0 - 0.5);
      std::copy(value.begin(), value.end(),
                to.rgba.data() + (static_cast<std::size_t>(y) * to.width + x) * 4);
    }
  }
  return to;
}

/// Each pixel moves by `share` towards the mean of the three by three around it, weights 1 2 1.
void soften(Patch& patch, float share) {
  const Patch from = patch;
  for (int y = 1; y + 1 < patch.height; ++y) {
    for (int x = 1; x + 1 < patch.width; ++x) {
      float* to = patch.rgba.data() + (static_cast<std::size_t>(y) * patch.width + x) * 4;
      for (int c = 0; c < 4; ++c) {
        float sum = 0;
        for (int k = 0; k < 9; ++k) {
          const int v = k / 3 - 1, u = k % 3 - 1;
          sum += from.pixel(y + v, x + u)[c] * static_cast<float>((2 - std::abs(u)) * (2 - std::abs(v)));
        }
        to[c] += share * (sum / 16 - to[c]);
      }
    }
  }
}

Patch cropped(const Patch& from) {
  constexpr float kVisible = 0.02F;
  int left = from.width, right = 0, top = from.height, bottom = 0;
  for (int y = 0; y < from.height; ++y) {
    for (int x = 0; x < from.width; ++x) {
      if (from.pixel(y, x)[3] < kVisible) continue;
      left = std::min(left, x);
      right = std::max(right, x + 1);
      top = std::min(top, y);
      bottom = std::max(bottom, y + 1);
    }
  }
  Patch to{.height = std::max(0, bottom - top), .width = std::max(0, right - left), .rgba = {}};
  for (int y = top; y < bottom; ++y)
    to.rgba.insert(to.rgba.end(), from.pixel(y, left),
                   from.pixel(y, left) + static_cast<std::ptrdiff_t>(to.width) * 4);
  return to;
}

/// What becomes of red, green and blue: row c gives colour c of the three, and the last column adds a multiple of the
/// opacity, since colours are multiplied by it.
using ColorMatrix = std::array<std::array<double, 4>, 3>;

ColorMatrix color_matrix(const PatchLook& look) {
  constexpr double kLuma[3] = {0.299, 0.587, 0.114};
  // A turn about the grey axis (Rodrigues' formula), then towards grey or away from it, then contrast and light.
  const double turn = std::cos(look.hue), third = (1 - turn) / 3, side = std::sin(look.hue) / std::sqrt(3.0);
  const double rotation[3][3] = {{turn + third, third - side, third + side},
                                 {third + side, turn + third, third - side},
                                 {third - side, third + side, turn + third}};
  ColorMatrix matrix{};
  for (std::size_t c = 0; c < 3; ++c) {
    for (std::size_t from = 0; from < 3; ++from) {
      double grey = 0;
      for (std::size_t k = 0; k < 3; ++k) grey += kLuma[k] * rotation[k][from];
      matrix[c][from] = look.light[c] * look.contrast * (grey + look.saturation * (rotation[c][from] - grey));
    }
    matrix[c][3] = look.light[c] * 0.5 * (1 - look.contrast);
  }
  return matrix;
}

void recolor(Patch& patch, const PatchLook& look) {
  const ColorMatrix matrix = color_matrix(look);
  for (std::size_t i = 0; i + 3 < patch.rgba.size(); i += 4) {
    float* rgba = patch.rgba.data() + i;
    const Rgba old{rgba[0], rgba[1], rgba[2], rgba[3]};
    for (std::size_t c = 0; c < 3; ++c) {
      double value = 0;
      for (std::size_t k = 0; k < 4; ++k) value += matrix[c][k] * static_cast<double>(old[k]);
      rgba[c] = std::clamp(static_cast<float>(value), 0.0F, old[3]);
    }
  }
}

}  // namespace

Patch make_patch(const RgbaImage& cutout, const PatchLook& look) {
  Patch source = premultiplied(cutout);
  double scale = look.side / std::max(source.width, source.height);
  while (scale <= 0.5 && std::min(source.width, source.height) > 1) {
    const int before = std::max(source.width, source.height);
    source = halved(source);
    scale *= static_cast<double>(before) / std::max(source.width, source.height);
  }
  Patch patch = turned(source, scale, look);
  for (double left = look.softness; left > 0; left -= 1)
    soften(patch, static_cast<float>(std::min(left, 1.0)));
  recolor(patch, look);
  return cropped(patch);
}

RgbaImage straight(const Patch& patch) {
  RgbaImage image(patch.height, patch.width);
  for (std::size_t i = 0; i + 3 < patch.rgba.size(); i += 4) {
    const float alpha = patch.rgba[i + 3];
    for (std::size_t c = 0; c < 3; ++c) {
      const float value = alpha > 0 ? patch.rgba[i + c] / alpha : 0;
      image.rgba[i + c] = static_cast<std::uint8_t>(std::lround(std::clamp(value, 0.0F, 1.0F) * 255));
    }
    image.rgba[i + 3] = static_cast<std::uint8_t>(std::lround(std::clamp(alpha, 0.0F, 1.0F) * 255));
  }
  return image;
}

}  // namespace pixelsail
