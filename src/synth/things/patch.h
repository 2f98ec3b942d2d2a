#pragma once

/// A cut-out as it is to be pasted: turned, scaled, its light changed, its edges softened.

#include <vector>

#include "image/codec.h"

namespace pixelsail {

/// height x width x 4, row-major: RGB multiplied by the opacity, and the opacity, each 0..1.
struct Patch {
  int height = 0, width = 0;
  std::vector<float> rgba;
  const float* pixel(int y, int x) const {
    return rgba.data() + (static_cast<std::size_t>(y) * width + x) * 4;
  }
};

/// How far points move to the side along a line: height * sin(2 pi * cycles * t + phase), t from 0 to 1 over the longer side.
struct Wave {
  double height = 0;  ///< as a share of the longer side
  double cycles = 1, phase = 0;
};

struct PatchLook {
  double side = 0;      ///< of the longer side of the cut-out before it is turned, pixels
  double rotation = 0;  ///< radians, clockwise on the screen
  bool mirrored = false;
  double stretch = 1;           ///< before it is turned, as much wider as it becomes less tall
  double shear = 0;             ///< before it is turned, how far a row moves to the side of the one above it
  double light[3] = {1, 1, 1};  ///< factors of red, green and blue
  Wave across, along;           ///< before it is turned, how rows move to the side and columns up and down
  double contrast = 1;          ///< about medium grey
  double saturation = 1;        ///< 0: grey
  double hue = 0;               ///< radians on the circle of colours
  double softness = 0.5;  ///< 0: as sharp as it comes, 1: blurred over three pixels, 2: twice, and so on
};

/// Just large enough for what can be seen.
Patch make_patch(const RgbaImage& cutout, const PatchLook& look);

/// With colours that are not multiplied by the opacity.
RgbaImage straight(const Patch& patch);

}  // namespace pixelsail
