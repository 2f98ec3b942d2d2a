#pragma once

/// What a checkpoint computes from token ids, for comparison with other implementations.

#include <torch/types.h>

#include <cstdint>
#include <filesystem>
#include <vector>

#include "model/trace.h"

namespace pixelsail {

struct CheckpointGolden {
  std::filesystem::path checkpoint;  ///< Pixel-SAIL, or a plain Qwen2 or Mistral folder of Hugging Face
  std::filesystem::path ids;         ///< JSON: a list of lists of token ids
  torch::ScalarType dtype = torch::kFloat32;
  torch::Device device = torch::kCPU;
  std::int64_t generate = 0;  ///< greedy tokens after each list, without a stop token
};

/// For list i: "logits_<i>" [L, vocab] float32 and, when asked for, "tokens_<i>" [generate] int64. Text only:
/// no token stands for a patch. Throws DataError naming list and position for an id outside the vocabulary,
/// and for a sequence that is longer than the model's sliding window or context.
Trace run_checkpoint_golden(const CheckpointGolden& c);

}  // namespace pixelsail
