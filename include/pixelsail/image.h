#pragma once

/// 8-bit RGB pictures.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

namespace pixelsail {

/// height x width x 3 bytes, row-major, RGB.
struct Image {
  int height = 0;
  int width = 0;
  std::vector<std::uint8_t> rgb;

  Image() = default;
  Image(int h, int w)
      : height(h), width(w), rgb(static_cast<std::size_t>(h) * static_cast<std::size_t>(w) * 3, 0) {}
  std::uint8_t* pixel(int y, int x) { return rgb.data() + (static_cast<std::size_t>(y) * width + x) * 3; }
  const std::uint8_t* pixel(int y, int x) const {
    return rgb.data() + (static_cast<std::size_t>(y) * width + x) * 3;
  }
  bool operator==(const Image&) const = default;
};

/// Decodes PNG, JPEG and whatever else OpenCV reads: EXIF orientation applied, grayscale repeated, alpha
/// dropped (as Pillow's convert("RGB") does), 16 bits a channel scaled to 8. Throws DataError naming the file
/// when it is missing, truncated, not an image or has a zero side.
Image load_image(const std::filesystem::path& path);
/// The same from memory; `name` is used in messages.
Image decode_image(std::span<const std::byte> bytes, const std::string& name);

}  // namespace pixelsail
