#pragma once

/// A small model and random samples for tests.

#include <torch/torch.h>

#include "core/rng.h"
#include "model/model.h"

namespace pixelsail::testing_support {

inline ModelConfig tiny_config() {
  ModelConfig config;
  config.vocab_size = 64;
  config.hidden_size = 32;
  config.intermediate_size = 48;
  config.num_hidden_layers = 2;
  config.num_attention_heads = 4;
  config.num_key_value_heads = 2;
  config.vision_patch_size = 8;
  config.seg_hidden_states = 16;
  config.mask_stride = 4;
  config.rope_theta = 10000;
  std::int64_t id = 32;
  for (const char* token :
       {"<|endoftext|>", "<|im_start|>", "<|im_end|>", "<vision>", "<vpatch>", "</vision>", "[SEG]"}) {
    config.special_token_ids[token] = id++;
  }
  for (std::int64_t k = 0; k < config.visual_prompt_nums; ++k) {
    config.special_token_ids["<Prompt" + std::to_string(k) + ">"] = id++;
  }
  return config;
}

/// The same with the family's own parts.
inline ModelConfig family_config(Backbone backbone) {
  ModelConfig config = tiny_config();
  config.backbone = backbone;
  if (backbone == Backbone::kSolo) config.attention_bias = false;
  config.mm_hidden_size = 12;
  config.patch_stride = 4;
  return config;
}

/// `before` text tokens, an image of h x w patches (none for 0), `after` text tokens.
inline SequenceInput random_sample(const ModelConfig& config, Rng& rng, std::int64_t before, std::int64_t h,
                                   std::int64_t w, std::int64_t after) {
  SequenceInput sample;
  const auto add = [&](std::int64_t id, std::int64_t row, std::int64_t column) {
    sample.ids.push_back(id);
    sample.row_position.push_back(row);
    sample.column_position.push_back(column);
  };
  std::int64_t position = 0;
  const auto add_text = [&](std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i, ++position) add(rng.between(0, 31), position, position);
  };
  add_text(before);
  if (h > 0) {
    // Grid positions and <vision> around the patches, or one token for the whole and one behind each row.
    const bool grid = config.traits().image_sees_itself;
    sample.image_begin = before;
    add(config.token_id("<vision>"), position, position);
    sample.first_patch = ++position;
    sample.row_stride = grid ? w : w + 1;
    for (std::int64_t i = 0; i < h * w; ++i) {
      if (grid) {
        add(config.token_id("<vpatch>"), position + i / w, position + i % w);
      } else {
        add(config.token_id("<vpatch>"), position, position);
        ++position;
      }
      if (!grid && i % w == w - 1) {
        add(config.token_id("</vision>"), position, position);
        ++position;
      }
      sample.prompt_of_patch.push_back(rng.below(3) == 0 ? rng.between(0, 14) : -2);
    }
    if (grid) {
      position += std::max(h, w);
      add(config.token_id("</vision>"), position, position);
      ++position;
    }
    sample.image_end = static_cast<std::int64_t>(sample.ids.size());
    sample.grid_h = h;
    sample.grid_w = w;
    const std::int64_t values = 3 * config.vision_patch_size * config.vision_patch_size;
    sample.patches_VK = torch::empty({h * w, values});
    for (std::int64_t i = 0; i < h * w * values; ++i) {
      sample.patches_VK.data_ptr<float>()[i] = static_cast<float>(rng.normal());
    }
  }
  add_text(after);
  return sample;
}

inline double relative_difference(const torch::Tensor& a, const torch::Tensor& b) {
  const double scale = b.abs().max().item<double>();
  return (a - b).abs().max().item<double>() / std::max(scale, 1e-30);
}

}  // namespace pixelsail::testing_support
