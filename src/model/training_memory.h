#pragma once

/// What a training step will hold on a device, from the configuration and the sizes of a micro-batch alone.

#include <cstdint>
#include <string>
#include <vector>

#include "model/config.h"

namespace pixelsail {

/// A micro-batch and how it is trained on.
struct TrainingShape {
  std::int64_t tokens = 0;                                   ///< of all samples
  std::int64_t scored = 0;                                   ///< of them, whose next token is predicted
  std::int64_t patches = 0;                                  ///< of a picture; 0: none
  std::int64_t pictures = 1;                                 ///< with masks or maps of a teacher
  std::int64_t mask2former_channels = 0, sam2_channels = 0;  ///< of the teachers' maps; 0: no such teacher
  bool recompute = false;
  bool bf16 = true;           ///< autocast
  bool bf16_weights = false;  ///< matrices are bfloat16, with originals for the optimizer (train.weights)
  std::int64_t trained = 0;   ///< parameters; 0: all
};

struct MemoryPart {
  std::string name;
  std::int64_t bytes = 0;
};

/// Weights, gradients, moments of AdamW, what forward keeps for backward, and what is held beside it where a step is
/// widest, last "all", their sum. Without what an allocator keeps in reserve.
std::vector<MemoryPart> training_memory(const ModelConfig& config, const TrainingShape& shape);

}  // namespace pixelsail
