#pragma once

/// Token cross-entropy.
///
/// Legend: S scored tokens of all samples, V vocabulary.

#include <torch/types.h>

#include <vector>

#include "model/packed.h"

namespace pixelsail {

/// Where in the packed run the next token is scored.
struct ScoredPositions {
  torch::Tensor position_S;           ///< int64 token whose state predicts ...
  torch::Tensor target_S;             ///< ... this id
  std::vector<std::size_t> sample_S;  ///< sample that it is of
  std::int64_t count = 0;
};
/// labels[i] belong to segments[i] and are shifted by one inside the sample: state t predicts label t + 1.
/// Throws RunError when a sample's labels and tokens differ in length.
ScoredPositions scored_positions(const std::vector<Segment>& segments,
                                 const std::vector<const std::vector<std::int64_t>*>& labels,
                                 torch::Device device);

/// Tokens of a sample that are scored: the first label is never predicted.
std::int64_t scored_tokens(const std::vector<std::int64_t>& labels);

/// Cross-entropy of each scored position, float32 [S].
torch::Tensor token_cross_entropy(const torch::Tensor& logits_SV, const torch::Tensor& target_S);

}  // namespace pixelsail
