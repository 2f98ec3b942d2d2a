#pragma once

/// The next token of each sequence: the one with the largest logit.
///
/// Legend: B sequences, C hidden size.

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

}  // namespace pixelsail
