#include "perf/pictures.h"

namespace pixelsail {

Picture::Picture(const Image& image) : pixels_(image) {}

Image Picture::decode() const {
  return pixels_;
}

std::string Picture::format() {
  return "pixels";
}

std::string picture_library() {
  return "none: the minimal build reads no picture files";
}

}  // namespace pixelsail
