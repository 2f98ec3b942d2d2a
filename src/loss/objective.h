#pragma once

/// The training objective of one micro-batch: language, mask and distillation losses.
///
/// Legend: T packed tokens, N masks of a sample, P points, D mask feature size, C hidden size.

#include <torch/nn.h>

#include <cstdint>
#include <span>
#include <vector>

#include "loss/config.h"
#include "model/model.h"

namespace pixelsail {

/// What one sample is to learn.
struct SampleTarget {
  std::vector<std::int64_t> labels;         ///< [L], -100 where not scored; shifted inside the loss
  std::vector<std::int64_t> seg_positions;  ///< of seg_positions()
  torch::Tensor masks_Nhw;        ///< uint8 or float32 at their own resolution; undefined: no mask loss
  torch::Tensor mask2former_chw;  ///< teacher maps; undefined: none
  torch::Tensor sam2_chw;
  std::uint64_t point_seed = 0;    ///< what the points are drawn from
  torch::Tensor point_coords_NP2;  ///< fixed points (tests); undefined: drawn
};

/// Positions of the [SEG] tokens of a sequence that a mask belongs to in training: all of them, or those of
/// answers only (BackboneTraits::scored_seg_only). `labels` as in SampleTarget.
std::vector<std::int64_t> seg_positions(const ModelConfig& config, const std::vector<std::int64_t>& ids,
                                        const std::vector<std::int64_t>& labels);

/// What the losses of a micro-batch are divided by. A micro-batch may be computed in parts: with the counts
/// of the whole, their losses add up to its loss.
struct BatchCounts {
  std::int64_t scored_tokens = 0, masks = 0, mask2former_images = 0, sam2_images = 0;
};
BatchCounts count(std::span<const SampleTarget> targets);

struct LossTerms {
  torch::Tensor llm, mask, dice, mask2former, sam2, total;  ///< weighted scalars; total is their sum
  torch::Tensor language_ce;  ///< mean cross-entropy over scored tokens, unweighted
};

/// The linear layers that read the teachers' maps off the student; trained with the model, not part of a
/// checkpoint.
struct ObjectiveImpl : torch::nn::Module {
  ObjectiveImpl(const ModelConfig& model, const LossConfig& config, torch::Device device = torch::kCPU);

  /// `hidden_TC` are the model's final states for `input`, `counts` those of the micro-batch that `input` is
  /// (a part of).
  LossTerms forward(PixelSailImpl& model, const PackedInput& input, const torch::Tensor& hidden_TC,
                    std::span<const SampleTarget> targets, const BatchCounts& counts, Trace* trace = nullptr);

  void initialize(std::uint64_t seed);

  LossConfig config;
  Linear mask2former_distill_linear{nullptr}, sam2_distill_linear{nullptr};
};
TORCH_MODULE(Objective);

}  // namespace pixelsail
