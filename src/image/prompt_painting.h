#pragma once

/// Regions that a user points at -> the prompt number of each patch. Training and answers both go through
/// here.

#include <cstdint>
#include <span>
#include <vector>

#include "image/preprocess.h"

namespace pixelsail {

/// The region of <Prompt`number`>, at the size of the picture.
struct PromptRegion {
  int number = 0;
  Mask mask;
};

enum class PaintOrder {
  kGiven,       ///< later regions over earlier ones
  kLargeFirst,  ///< by area in pixels, so that large regions do not hide small ones; equal ones as given
};

/// [grid_h * grid_w] prompt numbers, kNoPrompt where there is none; empty for no regions. The grid is that of a
/// picture of these masks' size after preprocessing. Throws DataError for a mask of another size than the
/// first one's.
std::vector<std::int64_t> paint_regions(std::span<const PromptRegion> regions, const PreprocessConfig& config,
                                        PaintOrder order);

}  // namespace pixelsail
