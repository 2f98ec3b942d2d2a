#pragma once

/// What colour people would call a thing. Real things are seldom of one colour, and between two colours people differ, so
/// that the answer has two parts: the one word that anybody would say, if there is one, and the words that somebody might.

#include <optional>

#include "image/codec.h"
#include "synth/color.h"

namespace pixelsail {

struct ColorWords {
  std::optional<Color> color;
  unsigned doubtful = 0;  ///< a bit (1 << Color) for each other word that somebody might say
};

/// Counts the pixels that are more opaque than not. A colour is said when more than half of them surely have it and no
/// other one covers much; it is doubtful when a noticeable part might be called so.
ColorWords color_words(const RgbaImage& picture);

}  // namespace pixelsail
