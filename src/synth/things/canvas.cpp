#include "synth/things/canvas.h"

#include <algorithm>
#include <cmath>

#include "image/resample.h"
#include "synth/render.h"

namespace pixelsail {
namespace {

/// A rectangle of the wanted proportions, between 0.6 and 1 times as large as fits, mirrored at random.
Image crop(const Image& photograph, int height, int width, Rng& rng) {
  const double fit = std::min(static_cast<double>(photograph.height) / height,
                              static_cast<double>(photograph.width) / width) *
                     rng.uniform(0.6, 1.0);
  const int h = std::clamp(static_cast<int>(height * fit), 1, photograph.height),
            w = std::clamp(static_cast<int>(width * fit), 1, photograph.width);
  const int top = static_cast<int>(rng.between(0, photograph.height - h)),
            left = static_cast<int>(rng.between(0, photograph.width - w));
  const bool mirrored = rng.below(2) == 0;
  Image part(h, w);
  for (int y = 0; y < h; ++y) {
    for (int x = 0; x < w; ++x)
      std::copy_n(photograph.pixel(top + y, left + (mirrored ? w - 1 - x : x)), 3, part.pixel(y, x));
  }
  return detail::resample(part, {.width = width, .height = height}, detail::kTriangle);
}

/// Mean over a square window of 2 * radius + 1, along one axis after the other; zero outside.
std::vector<float> box_blur(const std::vector<float>& values, int height, int width, int radius) {
  std::vector<float> rows(values.size(), 0), result(values.size(), 0);
  const float share = 1.0F / static_cast<float>(2 * radius + 1);
  const auto at = [width](int y, int x) { return static_cast<std::size_t>(y) * width + x; };
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int u = std::max(0, x - radius); u <= std::min(width - 1, x + radius); ++u)
        rows[at(y, x)] += values[at(y, u)] * share;
    }
  }
  for (int y = 0; y < height; ++y) {
    for (int v = std::max(0, y - radius); v <= std::min(height - 1, y + radius); ++v) {
      for (int x = 0; x < width; ++x) result[at(y, x)] += rows[at(v, x)] * share;
    }
  }
  return result;
}

}  // namespace

Canvas::Canvas(const Image& photograph, int height, int width, Rng& rng)
    : height_(height), width_(width), photograph_(static_cast<std::size_t>(height) * width, 1.0F) {
  const Image part = crop(photograph, height, width, rng);
  const double light = rng.uniform(0.78, 1.15), contrast = rng.uniform(0.75, 1.05);
  rgb_.reserve(part.rgb.size());
  for (const std::uint8_t value : part.rgb)
    rgb_.push_back(static_cast<float>(std::clamp(light * (128 + contrast * (value - 128.0)), 0.0, 255.0)));
}

void Canvas::darken(const Patch& patch, int left, int top, const Shadow& shadow) {
  const int margin = shadow.blur, height = patch.height + 2 * margin, width = patch.width + 2 * margin;
  std::vector<float> dark(static_cast<std::size_t>(height) * width, 0);
  for (int y = 0; y < patch.height; ++y) {
    for (int x = 0; x < patch.width; ++x)
      dark[static_cast<std::size_t>(y + margin) * width + x + margin] = patch.pixel(y, x)[3];
  }
  dark = box_blur(dark, height, width, shadow.blur);
  for (int y = 0; y < height; ++y) {
    const int row = top + shadow.dy - margin + y;
    if (row < 0 || row >= height_) continue;
    for (int x = 0; x < width; ++x) {
      const int column = left + shadow.dx - margin + x;
      if (column < 0 || column >= width_) continue;
      const float keep =
          1 - static_cast<float>(shadow.strength) * dark[static_cast<std::size_t>(y) * width + x];
      float* rgb = &rgb_[(static_cast<std::size_t>(row) * width_ + column) * 3];
      for (int c = 0; c < 3; ++c) rgb[c] *= keep;
    }
  }
}

void Canvas::paste(const Patch& patch, int left, int top, const Shadow& shadow) {
  if (shadow.strength > 0) darken(patch, left, top, shadow);
  shown_.emplace_back(photograph_.size(), 0.0F);
  for (int y = std::max(0, -top); y < std::min(patch.height, height_ - top); ++y) {
    for (int x = std::max(0, -left); x < std::min(patch.width, width_ - left); ++x) {
      const float* from = patch.pixel(y, x);
      const std::size_t pixel = static_cast<std::size_t>(top + y) * width_ + left + x;
      const float rest = 1 - from[3];
      for (std::size_t c = 0; c < 3; ++c) rgb_[pixel * 3 + c] = rgb_[pixel * 3 + c] * rest + from[c] * 255;
      photograph_[pixel] *= rest;
      for (std::vector<float>& shown : shown_) shown[pixel] *= rest;
      shown_.back()[pixel] = from[3];
    }
  }
}

std::vector<std::int8_t> Canvas::owners() const {
  std::vector<std::int8_t> owners(photograph_.size(), -1);
  for (std::size_t pixel = 0; pixel < owners.size(); ++pixel) {
    float most = photograph_[pixel];
    for (std::size_t i = 0; i < shown_.size(); ++i) {
      if (shown_[i][pixel] <= most) continue;
      most = shown_[i][pixel];
      owners[pixel] = static_cast<std::int8_t>(i);
    }
  }
  return owners;
}

Image Canvas::picture(Rng& rng) const {
  constexpr double kNoise = 2.0;
  Image image(height_, width_);
  for (std::size_t pixel = 0; pixel < photograph_.size(); ++pixel) {
    const std::uint64_t bits = rng.next_u64();
    for (std::size_t c = 0; c < 3; ++c) {
      const double value = static_cast<double>(rgb_[pixel * 3 + c]) + kNoise * small_noise(bits >> (20 * c));
      image.rgb[pixel * 3 + c] = static_cast<std::uint8_t>(std::clamp(std::lround(value), 0L, 255L));
    }
  }
  return image;
}

}  // namespace pixelsail
