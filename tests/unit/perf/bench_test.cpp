#include "perf/bench.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "pixelsail/error.h"

namespace pixelsail {
namespace {

BenchConfig tiny() {
  BenchConfig config{.device = "cpu", .image_width = 48, .image_height = 32, .runs = 3, .text_tokens = 6};
  config.model.vocab_size = 512;
  config.model.hidden_size = 32;
  config.model.intermediate_size = 48;
  config.model.num_hidden_layers = 2;
  config.model.num_attention_heads = 4;
  config.model.num_key_value_heads = 2;
  config.model.seg_hidden_states = 16;
  config.model.mask_stride = 4;
  config.loss.num_points = 32;
  config.decode_tokens = 4;
  config.threads = 1;
  return config;
}

TEST(Bench, MeasuresAnswersAndTraining) {
  BenchConfig config = tiny();
  config.train = true;
  config.loss.distill.mask2former_channels = 4;
  config.loss.distill.sam2_channels = 4;
  config.peak_tflops = 1;
  config.peak_gb_s = 1;
  const auto result = run_bench(config);
  for (const char* key : {"forward_s", "image_to_mask_s", "decode_tok_s", "decode_share", "train_step_s",
                          "train_mfu", "train_tokens_per_s", "train_peak_gib", "peak_mem_mb"})
    EXPECT_GT(result.at(key).get<double>(), 0) << key;
  // Two rows of three patches with a token before and behind, four turns.
  EXPECT_EQ(result.at("train_tokens"), 2 * 3 + 2 + 4 * 6);
  EXPECT_NEAR(result.at("train_mfu").get<double>(), result.at("train_tflops").get<double>(), 1e-9);
}

TEST(Bench, TrainingAloneAndTwiceAreWhatIsAskedFor) {
  BenchConfig config = tiny();
  config.infer = false;
  config.train = true;
  const auto training = run_bench(config);
  EXPECT_TRUE(training.contains("train_step_s"));
  EXPECT_FALSE(training.contains("decode_tok_s"));
  config.train = false;
  config.repeat_steps = 3;
  const auto twice = run_bench(config);
  EXPECT_FALSE(twice.contains("train_step_s"));
  EXPECT_EQ(twice.at("repeat_steps"), 3);
  EXPECT_TRUE(twice.at("repeat_equal"));
  EXPECT_EQ(twice.at("repeat_weight_difference"), 0);
  config.dtype = "int8";
  EXPECT_THROW(run_bench(config), ConfigError);
}

}  // namespace
}  // namespace pixelsail
