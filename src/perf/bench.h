#pragma once

/// Speed of the parts that users wait for, on random weights: medians of several runs after a warm-up.

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "loss/config.h"
#include "model/config.h"

namespace pixelsail {

struct BenchConfig {
  ModelConfig model;
  LossConfig loss;
  std::string device = "auto";
  /// f32, bf16, f16, int8, int4; training in bf16 is autocast over float32 weights
  std::string dtype = "f32";
  int image_width = 512;
  int image_height = 512;
  int runs = 5;
  int text_tokens = 32;  ///< of the question
  int decode_tokens = 32;
  bool train = false;
  int train_batch = 1;  ///< samples of a train step
  int train_turns = 4;  ///< question turns with one mask each
  bool recompute = false;
  double peak_tflops = 0;  ///< of the device in the training type; above 0: train_mfu is reported
  int threads = 0;
};

/// {"device","device_description" (with the reason when "auto" found no
/// GPU),"dtype","image","parameters","load_s" (building the model with random weights),"preprocess_s",
///  "forward_s","image_to_mask_s","decode_tok_s","decode_bytes" (weights and cache that a step reads),
///  "peak_mem_mb"} and with `train` {"train_step_s","train_forward_s","train_backward_s","train_optimizer_s",
///  "train_tokens","train_tflop","train_tflops","train_mfu"}. image_to_mask_s: encoded image in memory ->
/// preprocessing, one [SEG] behind a question, mask at the size of the image.
nlohmann::ordered_json run_bench(const BenchConfig& config);

}  // namespace pixelsail
