#include "model/training_memory.h"

#include <algorithm>

#include "model/parameter_list.h"

namespace pixelsail {
namespace {

constexpr std::int64_t kFloat = 4;

/// Values of a token or pixel that are kept for backward, by their types.
struct Values {
  std::int64_t exact = 0;    ///< float32
  std::int64_t rounded = 0;  ///< in the type of products
  std::int64_t bytes(std::int64_t type) const { return exact * kFloat + rounded * type; }
};

/// Of one layer: the residual before each norm; both norms' outputs, queries, keys, values and what attention made of them;
/// gate, up and their product (layer_steps.h, flash_attention.h).
Values layer_values(const ModelConfig& config) {
  const std::int64_t query = config.num_attention_heads * config.head_size(),
                     key = config.num_key_value_heads * config.head_size();
  return {.exact = 2 * config.hidden_size,
          .rounded = 2 * config.hidden_size + 2 * query + 2 * key + 3 * config.intermediate_size};
}

/// Parameters of one layer's products, whose rounded copies are kept too.
std::int64_t layer_weights(const ModelConfig& config) {
  const std::int64_t query = config.num_attention_heads * config.head_size(),
                     key = config.num_key_value_heads * config.head_size();
  return config.hidden_size * (2 * query + 2 * key + 3 * config.intermediate_size);
}

struct Head {
  std::int64_t kept = 0;    ///< by forward, of one picture
  std::int64_t widest = 0;  ///< beside that, in backward
  std::int64_t features = 0;
};

/// The upsampler and its projector. A block keeps its input, the input of GELU, that of the depthwise and of the pointwise
/// convolution, and in float32 that of the norm; the projector the inputs of both of its layers. Widest is the backward of
/// the last norm: its gradient comes in float32 and goes in both types.
Head mask_head(const ModelConfig& config, const TrainingShape& shape, std::int64_t type) {
  Head head;
  const std::int64_t channels = config.mask_in_dim();
  std::int64_t pixels = shape.patches;
  if (pixels == 0) return head;
  const std::int64_t norm = shape.bf16 ? kFloat : type;
  for (std::int64_t block = 0; block < config.num_upsample_blocks(); ++block) {
    head.kept += pixels * channels * type;
    pixels *= 4;
    head.kept += pixels * channels * (3 * type + norm);
  }
  head.features = pixels * config.seg_hidden_states * type;
  head.kept += 2 * pixels * channels * type + head.features;
  head.widest = pixels * channels * (2 * norm + type) + head.features;
  return head;
}

}  // namespace

std::vector<MemoryPart> training_memory(const ModelConfig& config, const TrainingShape& shape) {
  const std::int64_t type = shape.bf16 ? 2 : kFloat;
  const std::int64_t parameters = parameter_count(config);
  const std::int64_t trained = shape.trained > 0 ? shape.trained : parameters;
  const std::int64_t layers = config.num_hidden_layers;
  const bool casts = shape.bf16 && !shape.bf16_weights;  // a rounded copy of each weight that a product reads
  const std::int64_t copies = casts ? layer_weights(config) * type : 0;
  const std::int64_t layer = shape.tokens * layer_values(config).bytes(type) + copies;
  const std::int64_t residual = shape.tokens * config.hidden_size * kFloat;
  const Head head = mask_head(config, shape, type);

  // The embedded tokens, both sides of the last norm, and the features that several losses read.
  std::int64_t kept = 3 * residual + shape.pictures * head.features;
  kept += shape.recompute ? layers * residual : layers * layer + shape.pictures * (head.kept - head.features);
  // Backward begins with the losses, goes on through the mask head of the last picture, then through the layers.
  const std::int64_t words =
      config.vocab_size * config.hidden_size * (kFloat + (casts ? type : 0)) + (std::int64_t{128} << 20);
  const std::int64_t in_head = head.widest + (shape.recompute ? head.kept : 0);
  const std::int64_t in_layer =
      shape.tokens * (3 * config.intermediate_size * type + 2 * config.hidden_size * kFloat) +
      (shape.recompute ? layer : 0);
  const std::int64_t quarter = shape.patches * config.vision_patch_size * config.vision_patch_size / 16;
  const std::int64_t teachers = shape.pictures * (2 * quarter * shape.mask2former_channels * kFloat +
                                                  2 * std::int64_t{64 * 64} * shape.sam2_channels * kFloat);
  // The optimizer sees all originals at once, when nothing is kept any more.
  const std::int64_t in_update = shape.bf16_weights ? trained * kFloat - kept - teachers : 0;
  constexpr std::int64_t kRounded = 2;
  std::vector<MemoryPart> parts{{"weights", parameters * (shape.bf16_weights ? kRounded : kFloat)}};
  if (shape.bf16_weights) {
    MemoryPart& rest = parts.emplace_back();
    rest.name = "the rest of their originals";
    rest.bytes = trained * (kFloat - kRounded);
  }
  parts.insert(parts.end(),
               {{"gradients", trained * kFloat},
                {"moments of AdamW", 2 * trained * kFloat},
                {"kept for backward", kept},
                {"maps of teachers", teachers},
                {"at the widest", std::max({shape.scored > 0 ? words : 0, in_head, in_layer, in_update})}});
  std::int64_t all = 0;
  for (const MemoryPart& part : parts) all += part.bytes;
  parts.push_back({"all", all});
  return parts;
}

}  // namespace pixelsail
