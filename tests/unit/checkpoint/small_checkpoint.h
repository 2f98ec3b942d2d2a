#pragma once

/// A small Pixel-SAIL with the demo's tokenizer, for tests.

#include <torch/torch.h>

#include <filesystem>

#include "checkpoint/checkpoint.h"

namespace pixelsail::testing_support {

inline std::filesystem::path demo_tokenizer() {
  return std::filesystem::path(PIXELSAIL_SOURCE_DIR) / "data" / "demo_tokenizer";
}

inline ModelConfig small_config() {
  ModelConfig config;
  config.hidden_size = 32;
  config.intermediate_size = 48;
  config.num_hidden_layers = 2;
  config.num_attention_heads = 4;
  config.num_key_value_heads = 2;
  config.seg_hidden_states = 16;
  config.mask_stride = 4;
  config.max_position_embeddings = 400;
  return config;
}

/// Random weights from a fixed seed. The folder is created.
inline void write_small_checkpoint(const std::filesystem::path& folder, bool tied = true) {
  const auto tokenizer = load_tokenizer(demo_tokenizer());
  ModelConfig config = small_config();
  config.tie_word_embeddings = tied;
  fill_from_tokenizer(config, *tokenizer);
  PixelSail model(config);
  model->initialize(5);
  std::filesystem::create_directories(folder);
  save_checkpoint(folder, *model, *tokenizer, PreprocessConfig{});
}

}  // namespace pixelsail::testing_support
