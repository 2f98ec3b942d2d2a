#pragma once

/// How much memory a model needs, from its configuration alone.

#include <cstdint>
#include <vector>

#include "model/config.h"
#include "model/training_memory.h"

namespace pixelsail {

struct MemoryRequest {
  std::int64_t image_width = 512, image_height = 512;  ///< after preprocessing; 0: no image
  std::int64_t text_tokens = 512;                      ///< question and answer
  std::int64_t batch = 1;
  std::int64_t weight_bytes = 2;  ///< of one weight: 2 for bf16 and f16, 4 for f32
};

/// Bytes. Activations are what this library holds at its peak, without an allocator's reserve.
struct MemoryEstimate {
  std::int64_t weights = 0;
  std::int64_t kv_cache = 0;     ///< 2 * layers * kv heads * head size * tokens
  std::int64_t activations = 0;  ///< of one layer, or of the mask head at its widest, whichever is larger
  std::int64_t inference = 0;    ///< sum of the three
  std::vector<MemoryPart> training_parts;  ///< of bf16 over float32 weights, nothing computed twice
  std::int64_t training = 0;               ///< their sum
};

MemoryEstimate estimate_memory(const ModelConfig& config, const MemoryRequest& request);

}  // namespace pixelsail
