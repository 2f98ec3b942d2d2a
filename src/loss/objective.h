#pragma once

/// The training objective of one micro-batch: language, mask and distillation losses.
///
/// Legend: T packed tokens, N masks of a sample, P points, D mask feature size, C hidden size.

#include <torch/nn.h>

#include <optional>
#include <vector>

#include "loss/config.h"
#include "model/model.h"

namespace pixelsail {

/// What one sample is to learn.
struct SampleTarget {
  std::vector<std::int64_t> labels;         ///< [L], -100 where not scored; shifted inside the loss
  std::vector<std::int64_t> seg_positions;  ///< index of every [SEG] of the sequence
  torch::Tensor masks_Nhw;        ///< uint8 or float32 at their own resolution; undefined: no mask loss
  torch::Tensor mask2former_chw;  ///< teacher maps; undefined: none
  torch::Tensor sam2_chw;
  torch::Tensor point_coords_NP2;  ///< fixed points (tests); undefined: drawn
};

struct LossTerms {
  torch::Tensor llm, mask, dice, mask2former, sam2, total;  ///< weighted scalars; total is their sum
  torch::Tensor language_ce;  ///< mean cross-entropy over scored tokens, unweighted
  std::int64_t scored_tokens = 0, masks = 0;
};

/// The linear layers that read the teachers' maps off the student; trained with the model, not part of a
/// checkpoint.
struct ObjectiveImpl : torch::nn::Module {
  ObjectiveImpl(const ModelConfig& model, const LossConfig& config);

  /// `hidden_TC` are the model's final states for `input`. `generator` draws the points.
  LossTerms forward(PixelSailImpl& model, const PackedInput& input, const torch::Tensor& hidden_TC,
                    const std::vector<SampleTarget>& targets, torch::Generator& generator,
                    Trace* trace = nullptr);

  void initialize(std::uint64_t seed);

  LossConfig config;
  torch::nn::Linear mask2former_distill_linear{nullptr}, sam2_distill_linear{nullptr};
};
TORCH_MODULE(Objective);

}  // namespace pixelsail
