#pragma once

/// What kind of picture a file holds, by its first bytes, whatever its name says.

#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>

namespace pixelsail {

struct PictureFormat {
  /// "JPEG", "AVIF"; empty for what is no picture.
  std::string_view name;
  /// Whether load_image() reads it.
  bool is_read = false;
};

/// At least the first 32 bytes of the file, if it has as many.
PictureFormat picture_format(std::span<const std::byte> start);
/// The same from a file; nothing for one that cannot be read.
PictureFormat picture_format(const std::filesystem::path& path);

/// Whether a file is meant to be a picture that load_image() reads: by the ending of its name, else by its first bytes
/// (pictures have many endings, or none).
bool is_picture_file(const std::filesystem::path& path);

}  // namespace pixelsail
