#pragma once

/// Mask logits of the model -> masks at the size of the image.
///
/// Legend: H, W the mask head's grid.

#include <torch/types.h>

#include <string>

#include "pixelsail/query.h"

namespace pixelsail {

/// SessionOptions::mask_rule.
enum class MaskRule { kLogit, kSigmoid };
/// Throws ConfigError for an unknown name.
MaskRule mask_rule_of(const std::string& name);

struct ScoredMask {
  Mask mask;
  double score = 0;  ///< mean probability inside the mask; 0 for an empty one
};

/// One mask alone, so that its bits do not depend on others.
ScoredMask full_mask(const torch::Tensor& logits_HW, const Image& image, MaskRule rule);

}  // namespace pixelsail
