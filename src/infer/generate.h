#pragma once

/// Greedy decoding of a fixed set of prompts: a loop over the engine.
///
/// Legend: L tokens of a prompt, C hidden size.

#include <torch/types.h>

#include <functional>
#include <span>
#include <vector>

#include "infer/engine.h"
#include "infer/prefix.h"
#include "model/model.h"

namespace pixelsail {

struct GenerateOptions {
  std::int64_t max_new_tokens = 512;
  std::vector<std::int64_t> stop_ids;  ///< as EngineOptions::stop_ids
  std::int64_t vocab_limit = 0;        ///< as EngineOptions::vocab_limit
  std::function<void()> after_token;   ///< called whenever every sample has got one more token (measurements)
  bool keep_logits = false;            ///< fill Generated::step_logits (parity checks)
  bool graphs = true;                  ///< as EngineOptions::graphs
};

struct Generated {
  std::vector<std::int64_t> ids;          ///< new tokens
  std::vector<double> log_probabilities;  ///< of each new token
  /// Final states of the prompt and of every new token that was read, [L + n - 1, C]; also of the last one
  /// when it is a [SEG], so that each [SEG] has a state.
  torch::Tensor hidden_LC;
  std::int64_t prefix_length = 0;  ///< tokens of the first phase
  torch::Tensor step_logits;       ///< [n, vocab] float32
};

/// With the adapter that is attached. Throws RunError for an empty prompt.
std::vector<Generated> generate(PixelSailImpl& model, std::span<const SequenceInput> prompts,
                                const GenerateOptions& options);

}  // namespace pixelsail
