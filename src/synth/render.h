#pragma once

/// Scene -> picture.

#include <cstdint>

#include "pixelsail/image.h"
#include "synth/scene.h"

namespace pixelsail {

/// Draws the scene, edges smoothed by supersampling, with slight noise from `rng`.
Image render_scene(const Scene& scene, Rng& rng);

/// Roughly normal with standard deviation 1 from 20 random bits: the sum of four 5-bit numbers.
double small_noise(std::uint64_t bits);

}  // namespace pixelsail
