#pragma once

/// Decoding on the CPU by our own kernels (kernels/decode_step.h): one token for each of several sequences
/// through all layers, with few hand-overs between threads and each weight read once.
///
/// Legend: B sequences, C hidden size.

#include <torch/types.h>

#include <memory>
#include <span>
#include <vector>

#include "kernels/decode_step.h"
#include "model/model.h"

namespace pixelsail {

class CpuDecoder {
 public:
  /// For the model with the adapter that is attached now; null on other devices. The model must outlive it
  /// and keep its weights, and the adapter its own.
  static std::unique_ptr<CpuDecoder> of(PixelSailImpl& model);

  /// What one sequence has read: two caches of one sequence each.
  struct Sequence {
    const KvCache* prefix = nullptr;  ///< null: there is none
    KvCache* own = nullptr;           ///< the text behind it
  };

  /// As PixelSailImpl::hidden_states() for one new text token a sequence, [B, C]; own caches are written to
  /// and advanced. Equal to it up to rounding: here everything is computed in float32, and the states are then
  /// rounded to the cache's type. A sequence gives the same bits whatever else is in the batch.
  torch::Tensor run(std::span<const SequenceInput> tokens, std::span<const Sequence> sequences) const;

 private:
  explicit CpuDecoder(PixelSailImpl& model);
  const float* as_float(const torch::Tensor& weight);
  kernels::LowRank low_rank_of(const Linear& layer);
  /// [B, C] float32.
  torch::Tensor embed(std::span<const SequenceInput> tokens) const;
  /// Cosines and sines of each token, [B, d / 2] each.
  std::pair<torch::Tensor, torch::Tensor> rope(std::span<const SequenceInput> tokens) const;

  PixelSailImpl& model_;
  kernels::StepModel steps_;
  std::vector<torch::Tensor> kept_;  ///< norms, biases and adapters in float32
};

}  // namespace pixelsail
