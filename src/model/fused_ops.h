#pragma once

/// Steps of decoding that take several launches of torch's and one of a kernel written for them: operators of the
/// library "pixelsail", by torch's own operations on every device, by kernels of libpixelsail_cuda.so where it is loaded.
/// For inference only.
///
/// Legend: B sequences with one token each, H query heads, G key/value heads, d head size, E = d / 2, S capacity of a
/// cache in tokens, I in, O out, ... any leading axes.

#include <torch/types.h>

#include <cstdint>

#include "model/rope.h"

namespace pixelsail {

/// Returns the rotated q, [B, H, d], and writes the rotated k and v, [B, G, d], into row past_B[b] (int64) of keys and
/// values, [B, G, S, d].
torch::Tensor rope_store(const torch::Tensor& q_BHd, const torch::Tensor& k_BGd, const torch::Tensor& v_BGd,
                         const RopeTable& table, torch::Tensor keys_BGSd, torch::Tensor values_BGSd,
                         const torch::Tensor& past_B);

/// softmax(q k / sqrt(d)) v over keys 0 .. past_B[b] of each sequence: [B, H, d]. `longest` is at least one more than the
/// largest of past_B, so that nobody has to ask the device for it.
torch::Tensor decode_attention(const torch::Tensor& q_BHd, const torch::Tensor& keys_BGSd,
                               const torch::Tensor& values_BGSd, const torch::Tensor& past_B,
                               std::int64_t longest);

/// The same in two parts for many layers, by torch: additive [B, 1, 1, longest], -inf behind each sequence's own keys.
torch::Tensor attention_mask(const torch::Tensor& past_B, std::int64_t longest, torch::ScalarType type);
torch::Tensor masked_attention(const torch::Tensor& q_BHd, const torch::Tensor& keys_BGSd,
                               const torch::Tensor& values_BGSd, const torch::Tensor& mask_B11S);

/// silu(gate) * up, [..., I].
torch::Tensor fused_silu_product(const torch::Tensor& gate, const torch::Tensor& up);

/// x W^T + bias for a weight in 8 bits, data int8 [O, I] with float32 scales, or in 4 bits, as QuantizedWeight stores
/// them: [..., I] -> [..., O] in the type of x. `bias` may be undefined.
torch::Tensor int8_product(const torch::Tensor& x, const torch::Tensor& data, const torch::Tensor& scales,
                           const torch::Tensor& bias);
torch::Tensor int4_product(const torch::Tensor& x, const torch::Tensor& data, const torch::Tensor& scales,
                           const torch::Tensor& bias, std::int64_t columns);

}  // namespace pixelsail
