#pragma once

/// Text on pictures, in OpenCV's built-in stroke font.

#include <string>
#include <vector>

#include "image/draw.h"
#include "pixelsail/image.h"

namespace pixelsail {

struct TextStyle {
  int size = 10;  ///< height of a capital letter in pixels
  bool bold = false;
  Color color{32, 36, 42};
};

/// The font has ASCII only: every other character is shown as "?".
int text_width(const std::string& text, const TextStyle& style);
/// `x`: left edge, `baseline`: the y the letters stand on. Parts outside the canvas are cut off.
void draw_text(Image& canvas, const std::string& text, int x, int baseline, const TextStyle& style);
/// Turned by 90 degrees, read from below; `x`: the line the letters stand on, `bottom`: where the text
/// begins.
void draw_text_upwards(Image& canvas, const std::string& text, int x, int bottom, const TextStyle& style);

/// Breaks at spaces (and inside words that are too long) into at most `max_lines` lines of at most
/// `max_width` pixels; what does not fit is replaced by "...".
std::vector<std::string> wrap_text(const std::string& text, int max_width, int max_lines,
                                   const TextStyle& style);

}  // namespace pixelsail
