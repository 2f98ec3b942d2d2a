#pragma once

/// Mask losses on sampled points (mmdet's normalisation).
///
/// Legend: N masks of the whole micro-batch, P points each; e = 2^-23.

#include <torch/types.h>

namespace pixelsail {

/// sum(bce) / (P + 1e-4 + e) / (N + 1e-4). `masks` is N of the whole micro-batch, of which these may be a
/// part.
torch::Tensor point_bce_loss(const torch::Tensor& logits_NP, const torch::Tensor& labels_NP,
                             std::int64_t masks);

/// sum_n(1 - (2*sum(p*t)+1) / (sum(p)+sum(t)+1)) / (1 + 1e-4 + e) / (N + 1e-4)
torch::Tensor point_dice_loss(const torch::Tensor& logits_NP, const torch::Tensor& labels_NP,
                              std::int64_t masks);

}  // namespace pixelsail
