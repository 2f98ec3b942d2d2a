#pragma once

/// The operators of the library "pixelsail" (src/model/fused_ops.h says what they do) by the kernels of launch.h.
/// They check shapes and prepare memory; what a kernel does not take (another element type, a head size that is no
/// multiple of 8) goes the way of torch's own operations.

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>

namespace pixelsail::cuda {

at::Tensor rope_store(const at::Tensor& q_BHd, const at::Tensor& k_BGd, const at::Tensor& v_BGd,
                      const at::Tensor& cos_BE, const at::Tensor& sin_BE, at::Tensor keys_BGSd,
                      at::Tensor values_BGSd, const at::Tensor& past_B);

at::Tensor decode_attention(const at::Tensor& q_BHd, const at::Tensor& keys_BGSd,
                            const at::Tensor& values_BGSd, const at::Tensor& past_B, std::int64_t longest);

at::Tensor silu_product(const at::Tensor& gate, const at::Tensor& up);

at::Tensor int8_product(const at::Tensor& x, const at::Tensor& data, const at::Tensor& scales,
                        const std::optional<at::Tensor>& bias);
at::Tensor int4_product(const at::Tensor& x, const at::Tensor& data, const at::Tensor& scales,
                        const std::optional<at::Tensor>& bias, std::int64_t columns);

}  // namespace pixelsail::cuda
