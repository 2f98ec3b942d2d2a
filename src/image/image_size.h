#pragma once

/// Size of an image file without decoding it.

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

namespace pixelsail {

struct ImageSize {
  int height = 0, width = 0;
  bool operator==(const ImageSize&) const = default;
};

/// Height and width as load_image() gives them (its EXIF orientation applied), from the header of a JPEG, PNG,
/// WebP or GIF without decoding; pictures of other formats are decoded. Throws DataError naming the file when it
/// is missing, ends too early, is no picture, or has an impossible size.
ImageSize read_image_size(const std::filesystem::path& path);
/// The same from memory; `name` is used in messages.
ImageSize image_size_of(std::span<const std::byte> bytes, const std::string& name);

}  // namespace pixelsail
