#pragma once

/// A photograph that cut-outs are pasted on, and which of them each pixel shows.

#include <cstdint>
#include <vector>

#include "core/rng.h"
#include "pixelsail/image.h"
#include "synth/things/patch.h"

namespace pixelsail {

struct Shadow {
  double strength = 0;  ///< 0: none, 1: black
  int dx = 0, dy = 0;   ///< of the shadow from its thing, pixels
  int blur = 0;         ///< pixels to each side
};

class Canvas {
 public:
  /// A part of the photograph, drawn at random and somewhat changed in light.
  Canvas(const Image& photograph, int height, int width, Rng& rng);
  /// Puts the patch on top, its left upper corner at (left, top). What lies outside is lost.
  void paste(const Patch& patch, int left, int top, const Shadow& shadow);
  /// For each pixel the number of the pasted patch that it shows most of; -1: the photograph.
  std::vector<std::int8_t> owners() const;
  /// With slight noise all over.
  Image picture(Rng& rng) const;

 private:
  void darken(const Patch& patch, int left, int top, const Shadow& shadow);
  int height_, width_;
  std::vector<float> rgb_;                 ///< 0..255
  std::vector<float> photograph_;          ///< how much of it each pixel shows, 0..1
  std::vector<std::vector<float>> shown_;  ///< the same for each patch
};

}  // namespace pixelsail
