#pragma once

/// What the terms of the objective are computed from: the model's states for a packed run, and the targets.
/// States that several terms read are made once.
///
/// Legend: T packed tokens, C hidden size, V patches of a sample, H x W its mask features of D channels,
/// S scored tokens.

#include <torch/types.h>

#include <span>
#include <string>
#include <vector>

#include "loss/packed_targets.h"
#include "model/model.h"

namespace pixelsail {

class LossInput {
 public:
  /// All of them outlive the object. Throws RunError when targets and samples differ in number.
  LossInput(PixelSailImpl& model, const PackedInput& packed, const torch::Tensor& hidden_TC,
            const PackedTargets& targets, Trace* trace = nullptr);

  std::size_t size() const { return targets_.samples.size(); }
  /// The tensors of a sample with an image are on the device.
  const SampleTarget& target(std::size_t i) const { return targets_.samples[i]; }
  std::span<const SampleTarget> targets() const { return targets_.samples; }
  /// The tokens of sample i's [SEG] in the packed run, int64; undefined without an image or masks.
  const torch::Tensor& seg_token_N(std::size_t i) const { return targets_.seg_token_N[i]; }
  /// Seeds of all masks whose points are drawn, sample by sample, int64; undefined: none.
  const torch::Tensor& point_seed_M() const { return targets_.point_seed_M; }
  const Segment& segment(std::size_t i) const { return packed_.segments[i]; }
  const PackedInput& packed() const { return packed_; }
  PixelSailImpl& model() const { return model_; }
  const torch::Tensor& hidden_TC() const { return hidden_TC_; }
  torch::Device device() const { return hidden_TC_.device(); }

  /// Makes patch states of all samples, and mask features of those for which `wanted` holds, in the order of
  /// the samples: gradients are summed in that order whatever the terms read first.
  void prepare(const std::vector<bool>& wanted);
  /// States of sample i's patches [V, C]; undefined without an image.
  const torch::Tensor& patch_states_VC(std::size_t i) const { return patch_states_[i]; }
  /// Mask features of sample i; undefined where no term wants them.
  const torch::Tensor& mask_features_HWD(std::size_t i) const { return features_[i]; }

  /// Where the next token is scored.
  const ScoredPositions& scored() const { return targets_.scored; }
  /// The model's logits there [S, vocabulary]; undefined when nothing is scored.
  const torch::Tensor& logits_SV();
  /// Cross-entropy of the next token there, float32 [S]. A large vocabulary's logits are never held together.
  torch::Tensor cross_entropy_S();

  /// Records a tensor of sample i; in a batch its name has the sample's number behind it.
  void record_sample(const std::string& name, std::size_t i, const torch::Tensor& value) const;
  /// Records a tensor of a run of one sample; nothing in a batch.
  void record_single(const std::string& name, const torch::Tensor& value) const;

 private:
  PixelSailImpl& model_;
  const PackedInput& packed_;
  torch::Tensor hidden_TC_;
  const PackedTargets& targets_;
  Trace* trace_;
  std::vector<torch::Tensor> patch_states_, features_;
  torch::Tensor logits_;
};

}  // namespace pixelsail
