#pragma once

/// Scene -> picture.

#include "pixelsail/image.h"
#include "synth/scene.h"

namespace pixelsail {

/// Draws the scene, edges smoothed by supersampling, with slight noise from `rng`.
Image render_scene(const Scene& scene, Rng& rng);

}  // namespace pixelsail
