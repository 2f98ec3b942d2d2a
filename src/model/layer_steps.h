#pragma once

/// The small steps between the products of a layer. Each keeps as few tensors for backward as its formula needs, and is
/// one launch where the device has a kernel for it.
///
/// Legend: ... any leading axes, C channels, I inner channels of the MLP, T tokens, H heads, d head size.

#include <torch/types.h>

#include "model/rope.h"

namespace pixelsail {

/// The type of what a linear layer makes of x: autocast's, where it is on.
torch::ScalarType linear_type(const torch::Tensor& x);

/// x / sqrt(mean(x^2) + eps) * weight: [..., C] -> [..., C] in `type`, the mean in float32. Keeps x and a number a row.
torch::Tensor rms_norm(const torch::Tensor& x, const torch::Tensor& weight_C, double eps,
                       torch::ScalarType type);

/// silu(gate) * up, [..., I]. Keeps both; without gradients it may be written over them.
torch::Tensor silu_product(const torch::Tensor& gate, const torch::Tensor& up);

/// apply_rope() that keeps nothing but the table.
torch::Tensor rotated(const torch::Tensor& x_THd, const RopeTable& table);

}  // namespace pixelsail
