#pragma once

/// Token cross-entropy.
///
/// Legend: S scored tokens of all samples, V vocabulary.

#include <torch/types.h>

#include <span>
#include <vector>

#include "loss/target.h"
#include "model/packed.h"

namespace pixelsail {

class Upload;

/// Where in the packed run the next token is scored.
struct ScoredPositions {
  torch::Tensor position_S;   ///< int64 token whose state predicts ...
  torch::Tensor target_S;     ///< ... this id
  torch::Tensor has_masks_S;  ///< bool: whether its sample has masks
  std::int64_t count = 0;
};
/// The labels of sample i belong to segments[i] and are shifted by one inside the sample: state t predicts
/// label t + 1. `scored` stays where it is until `upload` is sent: tensors are filled in then. Throws RunError
/// when a sample's labels and tokens differ in length.
void add_scored_positions(const std::vector<Segment>& segments, std::span<const SampleTarget> samples,
                          Upload& upload, ScoredPositions& scored);

/// Tokens of a sample that are scored: the first label is never predicted.
std::int64_t scored_tokens(const std::vector<std::int64_t>& labels);

/// Cross-entropy of each scored position, float32 [S].
torch::Tensor token_cross_entropy(const torch::Tensor& logits_SV, const torch::Tensor& target_S);

}  // namespace pixelsail
