#pragma once

/// Drawing on pictures: mask overlays, and the helpers sheets and plots are built from.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "pixelsail/image.h"
#include "pixelsail/mask.h"

namespace pixelsail {

struct Color {
  std::uint8_t red = 0, green = 0, blue = 0;
  bool operator==(const Color&) const = default;
};

/// Colours that stay apart from each other: ten hand-picked ones, then hues spread by the golden ratio.
Color item_color(std::size_t index);
/// `amount` 0: `a`, 1: `b`.
Color blend(Color a, Color b, double amount);

/// Each mask tinted in item_color() of its number, with an outline; later masks lie on top. `alpha`: strength
/// of the tint from 0 (outline only) to 1. Throws DataError when a mask has another size than the image.
Image draw_overlay(const Image& image, const std::vector<Mask>& masks, double alpha = 0.5);
/// One mask in a given colour.
Image draw_overlay(const Image& image, const Mask& mask, Color color, double alpha = 0.5);

/// A picture of one colour.
Image blank_image(int height, int width, Color color);
/// Copies `picture` onto `canvas` with its upper left corner at x, y; what falls outside is cut off.
void paste(Image& canvas, const Image& picture, int x, int y);
/// Fills a rectangle, clipped to the canvas.
void fill_rectangle(Image& canvas, int x, int y, int width, int height, Color color);

/// Smooth scaling for looking at (cubic up, area average down); the model's resize is in image/preprocess.h.
Image scale_for_display(const Image& image, int width, int height);
/// The same for a mask: edges are smoothed, then cut at one half.
Mask scale_for_display(const Mask& mask, int width, int height);

}  // namespace pixelsail
