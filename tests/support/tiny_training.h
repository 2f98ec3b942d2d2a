#pragma once

/// What the smallest training runs of tests have in common.

#include <filesystem>

#include "train/config.h"

namespace pixelsail::test {

/// On the CPU with the demo's tokenizer: two layers of 32 channels. Data, steps and folders are the test's.
inline RunConfig tiny_training() {
  RunConfig c;
  c.device = "cpu";
  c.tokenizer = (std::filesystem::path(PIXELSAIL_SOURCE_DIR) / "data" / "demo_tokenizer").string();
  c.model.hidden_size = 32;
  c.model.intermediate_size = 48;
  c.model.num_hidden_layers = 2;
  c.model.num_attention_heads = 4;
  c.model.num_key_value_heads = 2;
  c.model.seg_hidden_states = 16;
  c.model.mask_stride = 4;
  c.loss.num_points = 64;
  return c;
}

}  // namespace pixelsail::test
