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
  bool graphs = true;  ///< decode by CUDA graphs where the plug-in is loaded
  bool train = false;
  bool infer = true;     ///< else nothing but training is measured
  int repeat_steps = 0;  ///< above 0: that many steps of training, twice, and how far they lie apart
  int train_batch = 1;   ///< samples of a train step
  int train_turns = 4;   ///< question turns with one mask each
  bool recompute = false;
  /// What the device can do in the training type and read from its memory, for the shares of it that are
  /// reported; 0: what is known of it (model/device_peak.h), none where nothing is.
  double peak_tflops = 0;
  double peak_gb_s = 0;
  int threads = 0;
};

/// {"device","device_description" (with the reason when "auto" found no GPU),"dtype","image","parameters",
///  "load_s" (building the model with random weights), "peak_mem_mb" (resident), on a GPU
///  "device_peak_gib" (what tensors held at most)} and
/// with `infer` {"picture" (what image_to_mask_s begins with: "jpeg", or "pixels" in the minimal build),
///  "preprocess_s","forward_s","image_to_mask_s" (picture in memory -> preprocessing, one [SEG] behind a
///  question, mask at the size of the image), "decode_tok_s","decode_bytes" (weights and cache that a step
///  reads), "decode_gb_s", "decode_share" (of peak_gb_s)};
/// with `train` {"train_step_s","train_forward_s","train_backward_s","train_optimizer_s","train_tokens",
///  "train_tokens_per_s","train_tflop","train_tflops","train_mfu" (of peak_tflops),"train_peak_gib"};
/// with `repeat_steps` {"repeat_steps","repeat_equal" (weights bit for bit),"repeat_loss_difference" (the
///  largest, relative),"repeat_weight_difference" (norm, relative)}.
nlohmann::ordered_json run_bench(const BenchConfig& config);

}  // namespace pixelsail
