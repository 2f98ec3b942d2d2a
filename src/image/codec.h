#pragma once

/// Writing pictures and reading masks; load_image() and decode_image() are in pixelsail/image.h.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "pixelsail/image.h"
#include "pixelsail/mask.h"

namespace pixelsail {

/// The library behind reading and writing, with its version.
std::string codec_description();

/// height x width x 4 bytes, row-major: RGB, not multiplied by the opacity, and the opacity (255: opaque).
struct RgbaImage {
  int height = 0;
  int width = 0;
  std::vector<std::uint8_t> rgba;

  RgbaImage() = default;
  RgbaImage(int h, int w)
      : height(h), width(w), rgba(static_cast<std::size_t>(h) * static_cast<std::size_t>(w) * 4, 0) {}
  const std::uint8_t* pixel(int y, int x) const {
    return rgba.data() + (static_cast<std::size_t>(y) * width + x) * 4;
  }
};

/// As load_image(), with the opacity that the file holds; opaque where it holds none.
RgbaImage load_rgba(const std::filesystem::path& path);
/// The same from memory; `name` is used in messages.
RgbaImage decode_rgba(std::span<const std::byte> bytes, const std::string& name);

/// RGB, 8 bits a channel. Throws DataError for a zero side (so do the others).
std::vector<std::byte> encode_png(const Image& image);
/// Gray, 8 bits: 0 and 255.
std::vector<std::byte> encode_png(const Mask& mask);
/// Baseline, 4:2:0; quality 1 to 100.
std::vector<std::byte> encode_jpeg(const Image& image, int quality);

/// The pixels of an image file whose colour is not black and that are not fully transparent (16 bits count).
/// Throws DataError under the conditions of load_image().
Mask load_mask(const std::filesystem::path& path);
/// The same from memory; `name` is used in messages.
Mask decode_mask_image(std::span<const std::byte> bytes, const std::string& name);

}  // namespace pixelsail
