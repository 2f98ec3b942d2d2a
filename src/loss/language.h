#pragma once

/// Token cross-entropy.

#include <torch/types.h>

#include <vector>

#include "model/packed.h"

namespace pixelsail {

/// Where in the packed run the next token is scored.
struct ScoredPositions {
  torch::Tensor position_S;  ///< int64 token whose state predicts ...
  torch::Tensor target_S;    ///< ... this id
  torch::Tensor weight_S;    ///< float32 weight of its sample
  std::int64_t count = 0;
};
/// labels[i] belong to segments[i] and are shifted by one inside the sample: state t predicts label t + 1.
ScoredPositions scored_positions(const std::vector<Segment>& segments,
                                 const std::vector<const std::vector<std::int64_t>*>& labels,
                                 const std::vector<double>& sample_weights, torch::Device device);

/// Cross-entropy of each scored position, float32 [S].
torch::Tensor token_cross_entropy(const torch::Tensor& logits_SV, const torch::Tensor& target_S);

}  // namespace pixelsail
