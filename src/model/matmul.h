#pragma once

/// Products of activations with the weight of a linear layer, by the way that is fastest where they are.
///
/// Legend: ... any leading axes, I in, O out.

#include <torch/types.h>

#include "kernels/matrix.h"

namespace pixelsail {

/// Whether the device multiplies in this type rather than by way of float32. A GPU whose compute capability
/// the driver does not tell is taken for an old one.
bool computes_in(torch::ScalarType type, torch::Device device);

/// Element type of activations in inference: that of the weights, but float32 on a CPU that computes in the
/// weights' type only by way of float32 (half precision without instructions for it).
torch::ScalarType activation_type(torch::ScalarType weights, torch::Device device);

/// x W^T + bias (may be undefined): [..., I] -> [..., O] in the element type of x. In inference the weight
/// may be of another one. Gradients as at::linear's.
torch::Tensor linear_matmul(const torch::Tensor& x, const torch::Tensor& weight_OI,
                            const torch::Tensor& bias);

/// Whether x is a few rows on the CPU in inference, for which the time is that of reading the weight.
bool is_small_matmul(const torch::Tensor& x);
/// The same by our own kernels (kernels/matvec.h); only when is_small_matmul().
torch::Tensor small_matmul(const torch::Tensor& x, const kernels::Matrix& weight, const torch::Tensor& bias);

/// The same for many rows on the CPU in inference: the weight is widened to float32 piece by piece.
torch::Tensor converted_matmul(const torch::Tensor& x, const kernels::Matrix& weight,
                               const torch::Tensor& bias);

/// float32, bfloat16 or float16 as the kernels name it. Throws RunError for another type.
kernels::WeightType matrix_type(torch::ScalarType type);

/// A contiguous CPU tensor [O, I] in float32, bfloat16 or float16 as the kernels see it.
kernels::Matrix matrix_of(const torch::Tensor& weight_OI);

}  // namespace pixelsail
