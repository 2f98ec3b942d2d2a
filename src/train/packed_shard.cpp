#include "train/packed_shard.h"

#include <torch/torch.h>

#include <utility>

#include "model/upload.h"

namespace pixelsail {
namespace {

/// Whether an adapter leaves inputs out in training.
bool has_dropout(const PixelSailImpl& model) {
  for (const auto& module : model.modules(/*include_self=*/false)) {
    const auto* linear = module->as<LinearImpl>();
    if (linear != nullptr && linear->lora && linear->lora->dropout > 0) return true;
  }
  return false;
}

}  // namespace

PackedShard pack_shard(const PixelSailImpl& model, BatchShard shard) {
  PackedShard there;
  Upload upload(model.device());
  if (shard.samples.size() > 1 && has_dropout(model)) {
    there.packed.segments = segments_of(shard.samples);
    there.alone.resize(shard.samples.size());
    for (std::size_t i = 0; i < shard.samples.size(); ++i) {
      pack(std::span(&shard.samples[i], 1), model.config, upload, there.alone[i]);
      there.alone[i].dropout_seed = shard.targets[i].noise_seed;
    }
  } else {
    pack(shard.samples, model.config, upload, there.packed);
    there.packed.dropout_seed = shard.targets.front().noise_seed;
  }
  pack_targets(std::move(shard.targets), there.packed.segments, upload, there.targets);
  upload.send();
  return there;
}

torch::Tensor hidden_states(PixelSailImpl& model, const PackedShard& shard) {
  if (shard.alone.empty()) return model.hidden_states(shard.packed);
  std::vector<torch::Tensor> hidden;
  for (const PackedInput& sample : shard.alone) hidden.push_back(model.hidden_states(sample));
  return torch::cat(hidden);
}

}  // namespace pixelsail
