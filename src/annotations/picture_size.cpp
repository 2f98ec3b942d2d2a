#include "annotations/picture_size.h"

#include "image/container.h"
#include "pixelsail/error.h"

namespace pixelsail {

PictureSize stated_size(const Json& entry, const std::string& where) {
  constexpr std::int64_t kMaxSide = 65535;
  const std::int64_t height = json_int(entry, "height", where), width = json_int(entry, "width", where);
  if (height < 1 || width < 1 || height > kMaxSide || width > kMaxSide ||
      height * width > detail::kMaxImagePixels) {
    throw DataError(where + ": impossible size " + std::to_string(width) + "x" + std::to_string(height));
  }
  return {.height = static_cast<int>(height), .width = static_cast<int>(width)};
}

}  // namespace pixelsail
