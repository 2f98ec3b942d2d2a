#include "perf/pictures.h"

#include "image/codec.h"

namespace pixelsail {

Picture::Picture(const Image& image) {
  constexpr int kQuality = 92;
  bytes_ = encode_jpeg(image, kQuality);
}

Image Picture::decode() const {
  return decode_image(bytes_, "bench");
}

std::string Picture::format() {
  return "jpeg";
}

std::string picture_library() {
  return codec_description();
}

}  // namespace pixelsail
