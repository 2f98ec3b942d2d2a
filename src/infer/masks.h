#pragma once

/// Mask logits of the model -> masks at the size of the image.
///
/// Legend: N masks, h, w the mask head's grid.

#include <torch/types.h>

#include <string>

#include "pixelsail/query.h"

namespace pixelsail {

/// SessionOptions::mask_rule.
enum class MaskRule { kLogit, kSigmoid };
/// Throws ConfigError for an unknown name.
MaskRule mask_rule_of(const std::string& name);

/// Adds to `answer` one mask and one score for each of the logits.
void add_masks(const torch::Tensor& logits_Nhw, const Image& image, MaskRule rule, Answer& answer);

}  // namespace pixelsail
