#pragma once

/// Another drawing of the same thing. There are few pictures of each noun, and what they have in common is their form: whoever
/// sees each of them in many manners cannot learn it by its colours and textures.

#include "core/rng.h"
#include "image/codec.h"

namespace pixelsail {

/// The same outline in another manner, drawn at random: in two tones, in a few flat ones, in lines, as a silhouette, in other
/// colours, with a texture, or coarser; often lit from one side. The opacity stays.
RgbaImage restyled(const RgbaImage& picture, Rng& rng);

}  // namespace pixelsail
