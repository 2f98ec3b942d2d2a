#pragma once

/// How much memory a model needs, from its configuration alone.

#include <cstdint>

#include "model/config.h"

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
  /// float32 weights and gradients, two AdamW moments, and everything that the backward pass reads: per token
  /// and layer about 8 C + 4 H d + 3 I values, and six maps of the mask head's channels per level.
  std::int64_t training = 0;
};

MemoryEstimate estimate_memory(const ModelConfig& config, const MemoryRequest& request);

}  // namespace pixelsail
