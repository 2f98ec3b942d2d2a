#include "checkpoint/memory_estimate.h"

#include <algorithm>

#include "model/parameter_list.h"

namespace pixelsail {

MemoryEstimate estimate_memory(const ModelConfig& config, const MemoryRequest& request) {
  const std::int64_t parameters = parameter_count(config);
  const std::int64_t patch = config.vision_patch_size;
  const bool image = config.has_vision() && request.image_width > 0 && request.image_height > 0;
  const std::int64_t grid_w = image ? (request.image_width + patch - 1) / patch : 0;
  const std::int64_t grid_h = image ? (request.image_height + patch - 1) / patch : 0;
  const std::int64_t tokens = request.batch * (grid_w * grid_h + request.text_tokens);
  const std::int64_t heads = config.num_attention_heads * config.head_size();
  const std::int64_t kv = config.num_key_value_heads * config.head_size();
  // Residual stream, its norm, queries, attention output; keys and values; gate, up and their product.
  const std::int64_t per_token = 2 * config.hidden_size + 2 * heads + 2 * kv + 3 * config.intermediate_size;

  // Mask features are computed for one image after the other: input, output and normed map of the last block.
  std::int64_t mask_head = 0;
  std::int64_t pixels = grid_w * grid_h;
  for (std::int64_t block = 0; image && block < config.num_upsample_blocks(); ++block) {
    pixels *= 4;
    mask_head = std::max(mask_head, 3 * pixels * config.mask_in_dim());
  }

  MemoryEstimate estimate;
  estimate.weights = parameters * request.weight_bytes;
  estimate.kv_cache = 2 * config.num_hidden_layers * kv * tokens * request.weight_bytes;
  estimate.activations = std::max(tokens * per_token, mask_head) * request.weight_bytes;
  estimate.inference = estimate.weights + estimate.kv_cache + estimate.activations;
  estimate.training_parts = training_memory(config, {.tokens = tokens,
                                                     .scored = request.batch * request.text_tokens,
                                                     .patches = grid_w * grid_h,
                                                     .pictures = request.batch});
  estimate.training = estimate.training_parts.back().bytes;
  return estimate;
}

}  // namespace pixelsail
