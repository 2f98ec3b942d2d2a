#pragma once

/// Floating-point operations of the model, for shares of what a device can do.

#include <cstdint>

#include "model/config.h"
#include "model/packed.h"

namespace pixelsail {

/// Of one forward pass over a sample in training: a multiplication and an addition for each weight and token,
/// attention by the pairs of tokens that see each other, vocabulary logits of `scored` tokens, and the mask
/// head of a sample that has a picture. Backward takes twice as many; what is computed again (recompute) does
/// not count.
double forward_flops(const ModelConfig& config, const SequenceInput& sample, std::int64_t scored);

}  // namespace pixelsail
