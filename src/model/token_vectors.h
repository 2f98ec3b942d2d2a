#pragma once

/// Rows of the embedding in training.

#include <torch/types.h>

namespace pixelsail {

/// Rows `ids` of a table [rows, C] -> [n, C], for training in float32 whatever the table is: what the layers add to
/// would be rounded each time otherwise. So is the sum of the gradients of a row that was read often.
torch::Tensor token_vectors(const torch::Tensor& table, const torch::Tensor& ids);

}  // namespace pixelsail
