#include "checkpoint/hf_config.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "pixelsail/error.h"

namespace pixelsail {
namespace {

nlohmann::json qwen2() {
  return {{"architectures", {"Qwen2ForCausalLM"}},
          {"model_type", "qwen2"},
          {"hidden_act", "silu"},
          {"vocab_size", 151936},
          {"hidden_size", 896},
          {"intermediate_size", 4864},
          {"num_hidden_layers", 24},
          {"num_attention_heads", 14},
          {"num_key_value_heads", 2},
          {"max_position_embeddings", 32768},
          {"rms_norm_eps", 1e-6},
          {"rope_theta", 1000000.0},
          {"sliding_window", 32768},
          {"use_sliding_window", false},
          {"tie_word_embeddings", true},
          {"torch_dtype", "bfloat16"}};
}

TEST(HfConfig, Qwen2) {
  const ModelConfig config = read_any_config(qwen2(), "config.json");
  EXPECT_EQ(config.backbone, Backbone::kText);
  EXPECT_EQ(config.head_size(), 64);
  EXPECT_EQ(config.rope_theta, 1e6);
  EXPECT_TRUE(config.attention_bias);
  EXPECT_TRUE(config.tie_word_embeddings);
  EXPECT_EQ(config.sliding_window, 0);
}

TEST(HfConfig, BothGenerationsAreTheSame) {
  nlohmann::json newer = qwen2();
  newer.erase("rope_theta");
  newer.erase("torch_dtype");
  newer["dtype"] = "bfloat16";
  newer["rope_parameters"] = {{"rope_theta", 1000000.0}, {"rope_type", "default"}};
  EXPECT_EQ(read_any_config(newer, "config.json"), read_any_config(qwen2(), "config.json"));
}

TEST(HfConfig, MistralHasNoBiasAndMayHaveAWindow) {
  nlohmann::json value = qwen2();
  value["architectures"] = {"MistralForCausalLM"};
  value["model_type"] = "mistral";
  value["sliding_window"] = 4096;
  value["head_dim"] = nullptr;
  value.erase("tie_word_embeddings");
  value.erase("num_key_value_heads");
  const ModelConfig config = read_any_config(value, "config.json");
  EXPECT_FALSE(config.attention_bias);
  EXPECT_FALSE(config.tie_word_embeddings);
  EXPECT_EQ(config.num_key_value_heads, config.num_attention_heads);
  EXPECT_EQ(config.sliding_window, 4096);
  value["sliding_window"] = nullptr;
  EXPECT_EQ(read_any_config(value, "config.json").sliding_window, 0);
}

void expect_refused(const nlohmann::json& value, const std::string& expected) {
  try {
    read_any_config(value, "config.json");
    FAIL() << "accepted: " << expected;
  } catch (const DataError& error) {
    EXPECT_NE(std::string(error.what()).find(expected), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("config.json"), std::string::npos) << error.what();
  }
}

TEST(HfConfig, WhatIsNotComputedIsRefused) {
  const auto with = [](const char* key, const nlohmann::json& value) {
    nlohmann::json changed = qwen2();
    changed[key] = value;
    return changed;
  };
  expect_refused(with("architectures", {"LlamaForCausalLM"}), "LlamaForCausalLM");
  expect_refused(with("hidden_act", "gelu"), "gelu");
  expect_refused(with("use_sliding_window", true), "use_sliding_window");
  expect_refused(with("rope_scaling", {{"type", "yarn"}}), "yarn");
  expect_refused(with("rope_parameters", {{"rope_type", "linear"}}), "linear");
  expect_refused(with("hidden_size", "896"), "hidden_size");
  expect_refused(with("hidden_size", 897), "multiple of num_attention_heads");
  expect_refused(with("tie_word_embeddings", 1), "tie_word_embeddings");
  nlohmann::json missing = qwen2();
  missing.erase("vocab_size");
  expect_refused(missing, "vocab_size");
  expect_refused(nlohmann::json::array(), "not a JSON object");
  expect_refused(nlohmann::json::object(), "architectures");
}

TEST(HfConfig, WrittenFilesReadBack) {
  ModelConfig config = read_any_config(qwen2(), "config.json");
  const auto round_trip = [](const ModelConfig& written, const char* family) {
    return read_any_config(nlohmann::json::parse(model_config_to_hf(written, family, "float32").dump()),
                           family);
  };
  EXPECT_EQ(round_trip(config, "qwen2"), config);
  config.attention_bias = false;
  config.sliding_window = 512;
  EXPECT_EQ(round_trip(config, "mistral"), config);
  EXPECT_THROW(model_config_to_hf(config, "qwen2", "float32"), ConfigError);
  config.sliding_window = 0;
  config.backbone = Backbone::kSail;
  config.vision_patch_size = 32;
  EXPECT_EQ(round_trip(config, "sail").vision_patch_size, 32);
}

}  // namespace
}  // namespace pixelsail
