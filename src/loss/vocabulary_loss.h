#pragma once

/// Cross-entropy over a large vocabulary without its logits in memory: 8,192 scored tokens times 151,690 words are
/// 5 GB in float32.
///
/// Legend: S scored tokens, C hidden size, V vocabulary.

#include <torch/types.h>

#include <cstdint>

namespace pixelsail {

/// How many rows of logits are held at once where all would take more than 64 MB in float32; `rows` otherwise.
std::int64_t logit_rows(std::int64_t rows, std::int64_t vocabulary);

/// -log softmax(hidden weight^T)[target], float32 [S]. Logits are made `rows` at a time, in the type of a linear layer,
/// and made again for the gradients.
torch::Tensor vocabulary_cross_entropy(const torch::Tensor& hidden_SC, const torch::Tensor& weight_VC,
                                       const torch::Tensor& target_S, std::int64_t rows);

}  // namespace pixelsail
