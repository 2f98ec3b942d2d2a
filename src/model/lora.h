#pragma once

/// Low-rank adaptation of a linear layer (Hu et al. 2021): y = x W^T + (alpha / r) dropout(x) A^T B^T, where
/// only A and B are trained.
///
/// Legend: ... any leading axes, I in, O out, R rank.

#include <torch/types.h>

#include <cstdint>

namespace pixelsail {

struct LoraLayer {
  torch::Tensor a_RI, b_OR;
  double scale = 1;          ///< alpha / rank
  double dropout = 0;        ///< share of the inputs left out in training
  std::uint64_t stream = 0;  ///< tells the random choices of one layer from those of another
};

/// What the adaptation adds to the layer's result: x [..., I] -> [..., O]. `dropout_seed` 0: no dropout;
/// which inputs are left out is a function of the seed, the layer's stream and the place in x alone, on every
/// device.
torch::Tensor lora_term(const LoraLayer& layer, const torch::Tensor& x, std::uint64_t dropout_seed);

/// scale * B A, what merging adds to the weight, [O, I] float32.
torch::Tensor lora_delta(const LoraLayer& layer);

}  // namespace pixelsail
