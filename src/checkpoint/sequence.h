#pragma once

/// Tokens and patches of a sample -> what the model takes; the same for training and inference.

#include "core/sequence.h"
#include "model/packed.h"

namespace pixelsail {

/// A copy of the patches, float32 [h*w, K]; undefined when there are none.
torch::Tensor patch_tensor(const Patches& patches);

SequenceInput sequence_input(const Sequence& sequence);
/// `patches_VK` as from patch_tensor(), so that several sequences share one image.
SequenceInput sequence_input(const Sequence& sequence, torch::Tensor patches_VK);

}  // namespace pixelsail
