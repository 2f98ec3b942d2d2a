#pragma once

/// A shard of a micro-batch where the model is.

#include <vector>

#include "loss/packed_targets.h"
#include "model/model.h"
#include "train/micro_batch.h"

namespace pixelsail {

struct PackedShard {
  /// All samples behind each other. Where each passes the layers alone it holds their places and no tensors.
  PackedInput packed;
  std::vector<PackedInput> alone;  ///< or each sample by itself
  PackedTargets targets;
};

/// Everything reaches the model's device in one copy. What dropout of an adapter leaves out is a function of a
/// sample's noise_seed and of the place in the sample, whichever samples are computed together: with dropout
/// each passes the layers alone.
PackedShard pack_shard(const PixelSailImpl& model, BatchShard shard);

/// The model's final states of all samples, [T, C].
torch::Tensor hidden_states(PixelSailImpl& model, const PackedShard& shard);

}  // namespace pixelsail
