#pragma once

/// Masks as boxes and points: what a user would draw in their place.

#include "data/config.h"
#include "data/draws.h"
#include "pixelsail/mask.h"

namespace pixelsail::detail {

/// A mask of one piece (its pixels hang together over their sides) becomes, as the shares say, its filled bounding
/// box, one pixel inside, or stays. A point is drawn from the pixels that are more than 16 pixels away from the
/// background, else it is the pixel farthest from it, the first in row order. The border of the picture is no background,
/// unless the mask covers all of it. Masks of several pieces and empty ones stay, without a draw.
Mask reshaped(Mask mask, const PromptShares& shares, Draws& draws);

}  // namespace pixelsail::detail
