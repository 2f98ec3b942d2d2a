#pragma once

/// The picture that measurements begin with: a JPEG in memory or, in the minimal build, its pixels.

#include <cstddef>
#include <string>
#include <vector>

#include "pixelsail/image.h"

namespace pixelsail {

class Picture {
 public:
  explicit Picture(const Image& image);
  Image decode() const;
  /// "jpeg" or "pixels".
  static std::string format();

 private:
  std::vector<std::byte> bytes_;
  Image pixels_;
};

/// The library that reads picture files, with its version, or that there is none.
std::string picture_library();

}  // namespace pixelsail
