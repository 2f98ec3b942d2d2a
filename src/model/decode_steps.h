#pragma once

/// Decoding on the CPU by our own kernels (kernels/decode_step.h): one token for each sequence of a cache
/// through all layers, with few hand-overs between threads and each weight read once.
///
/// Legend: B sequences, C hidden size.

#include <torch/types.h>

#include <memory>
#include <vector>

#include "kernels/decode_step.h"
#include "model/model.h"

namespace pixelsail {

class DecodeSteps {
 public:
  /// Null where the plain way has to be taken: on other devices, and with an adapter attached. The model must
  /// outlive it and keep its weights.
  static std::unique_ptr<DecodeSteps> of(PixelSailImpl& model);

  /// As PixelSailImpl::hidden_states() for one new text token a sequence, [B, C]; the cache is written to and
  /// advanced. Equal to it up to rounding: here everything is computed in float32, and the states are then
  /// rounded to the cache's type.
  torch::Tensor run(const PackedInput& tokens, KvCache& cache) const;

  /// All weights are float32, as the plain way wants them.
  bool plain_weights() const { return steps_.layers.front().q.type == kernels::WeightType::kF32; }

 private:
  explicit DecodeSteps(PixelSailImpl& model);
  const float* as_float(const torch::Tensor& weight);

  PixelSailImpl& model_;
  kernels::StepModel steps_;
  std::vector<torch::Tensor> kept_;  ///< norms and biases in float32
};

}  // namespace pixelsail
