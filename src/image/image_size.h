#pragma once

/// Size of an image file without decoding it.

#include <filesystem>

namespace pixelsail {

struct ImageSize {
  int height = 0, width = 0;
  bool operator==(const ImageSize&) const = default;
};

/// Height and width as stored (an orientation tag is not applied), from the header of a JPEG or PNG; reads no
/// further than that. Throws DataError naming the file when it is missing, ends too early, is of another
/// kind, or has an impossible size.
ImageSize read_image_size(const std::filesystem::path& path);

}  // namespace pixelsail
