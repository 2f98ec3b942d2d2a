#pragma once

/// The next token of each sequence: the one with the largest logit.
///
/// Legend: B sequences, C hidden size, V words.

#include <torch/types.h>

#include <vector>

#include "model/model.h"

namespace pixelsail {

struct TokenChoice {
  std::int64_t id = 0;
  double log_probability = 0;
  torch::Tensor logits_1V;  ///< float32
};

/// From the states of the last tokens, [B, C]. Only ids below `vocab_limit` are chosen (0: all). On the CPU a
/// row gives the same bits whatever the others are.
std::vector<TokenChoice> choose_tokens(PixelSailImpl& model, const torch::Tensor& last_BC,
                                       std::int64_t vocab_limit);

/// float32 [B, V], up to the limit.
torch::Tensor next_logits(PixelSailImpl& model, const torch::Tensor& last_BC, std::int64_t vocab_limit);
/// The largest logit's id and its log probability, float64 [2, B] where the logits are: together, so that a device is
/// waited for once. Ids are far below 2^53.
torch::Tensor chosen_with_probability(const torch::Tensor& logits_BV);

}  // namespace pixelsail
