#pragma once

/// Muon's iteration.

#include <torch/types.h>

namespace pixelsail {

/// The orthogonal matrices nearest to x [B, m, n], roughly: five Newton-Schulz steps bring all singular
/// values near 1 (0.7 to 1.2). They run in the type `compute`; the result has that of x.
torch::Tensor orthogonalize(const torch::Tensor& x_Bmn, torch::ScalarType compute);
/// In bfloat16 where the device multiplies in it, as published, else in float32.
torch::Tensor orthogonalize(const torch::Tensor& x_Bmn);

}  // namespace pixelsail
