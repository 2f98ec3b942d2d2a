#pragma once

/// Binary masks and their COCO run-length form.

#include <cstdint>
#include <string>
#include <vector>

namespace pixelsail {

/// A height x width bitmap, row-major, one byte a pixel (0 or 1).
struct Mask {
  int height = 0;
  int width = 0;
  std::vector<std::uint8_t> data;

  Mask() = default;
  Mask(int h, int w)
      : height(h), width(w), data(static_cast<std::size_t>(h) * static_cast<std::size_t>(w), 0) {}
  std::uint8_t& at(int y, int x) { return data[static_cast<std::size_t>(y) * width + x]; }
  std::uint8_t at(int y, int x) const { return data[static_cast<std::size_t>(y) * width + x]; }
  bool operator==(const Mask&) const = default;
};

/// COCO run lengths: column-major runs that alternate 0, 1, 0, ... and start with zeros (the first may be 0).
struct Rle {
  int height = 0;
  int width = 0;
  std::vector<std::uint32_t> counts;
  bool operator==(const Rle&) const = default;
};

}  // namespace pixelsail
