#pragma once

/// GIF pictures, which OpenCV does not read: the first frame, by giflib.

#include <cstddef>
#include <span>
#include <string>

#include "pixelsail/image.h"
#include "pixelsail/mask.h"

namespace pixelsail::detail {

struct GifFrame {
  Image image;
  /// 0 where the frame is transparent or does not reach.
  Mask opaque;
};

bool is_gif(std::span<const std::byte> file);

/// The first frame on the picture's whole area; what it does not cover has the colour of the transparent index,
/// else of index 0 (as Pillow's convert("RGB")). Throws DataError "<name>: <reason>" for damaged files and for
/// more than kMaxImagePixels pixels.
GifFrame decode_gif(std::span<const std::byte> file, const std::string& name);

}  // namespace pixelsail::detail
