#include "data/mask_pixels.h"

#include <algorithm>

#include "pixelsail/error.h"

namespace pixelsail::detail {

void require_pixels(const Mask& mask, const std::string& what) {
  if (std::ranges::any_of(mask.data, [](std::uint8_t value) { return value != 0; })) return;
  throw DataError(what + " covers no pixel of the " + std::to_string(mask.width) + " x " +
                  std::to_string(mask.height) +
                  " picture (empty, outside of it, or with coordinates from 0 to 1 in place of pixels)");
}

}  // namespace pixelsail::detail
