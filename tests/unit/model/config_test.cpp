#include "model/config.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "pixelsail/error.h"
#include "tiny_model.h"

namespace pixelsail {
namespace {

using testing_support::tiny_config;

TEST(ModelConfig, JsonRoundTrip) {
  const ModelConfig config = tiny_config();
  const nlohmann::json value = nlohmann::json::parse(model_config_to_json(config).dump());
  EXPECT_EQ(model_config_from_json(value, "config.json"), config);
  // What a Mistral's configuration says of long texts is not lost when it is written as ours.
  EXPECT_FALSE(value.contains("sliding_window"));
  ModelConfig limited = config;
  limited.sliding_window = 4096;
  EXPECT_EQ(
      model_config_from_json(nlohmann::json::parse(model_config_to_json(limited).dump()), "config.json"),
      limited);
}

TEST(ModelConfig, UpsampleBlocksFollowPatchAndStride) {
  ModelConfig config = tiny_config();
  for (const auto& [patch, stride, blocks] : {std::tuple{16, 2, 3}, {32, 2, 4}, {16, 4, 2}, {16, 16, 0}}) {
    config.vision_patch_size = patch;
    config.mask_stride = stride;
    EXPECT_EQ(config.num_upsample_blocks(), blocks);
  }
}

TEST(ModelConfig, PromptsGoOntoPatchesUnlessTheFileSaysOtherwise) {
  ModelConfig config = tiny_config();
  nlohmann::json value = nlohmann::json::parse(model_config_to_json(config).dump());
  EXPECT_EQ(value.at("prompt_injection"), "patches");
  value.erase("prompt_injection");
  EXPECT_EQ(model_config_from_json(value, "config.json"), config);
  config.prompt_injection = PromptInjection::kPooled;
  EXPECT_TRUE(config.pools_prompts());
  value = nlohmann::json::parse(model_config_to_json(config).dump());
  EXPECT_EQ(value.at("prompt_injection"), "pooled");
  EXPECT_EQ(model_config_from_json(value, "config.json"), config);
  EXPECT_THROW(value_named<PromptInjection>("mean", "prompt_injection"), ConfigError);
}

void expect_rejected(const char* key, const nlohmann::json& value, const char* expected_in_message) {
  nlohmann::json object = nlohmann::json::parse(model_config_to_json(tiny_config()).dump());
  if (value.is_null()) {
    object.erase(key);
  } else {
    object[key] = value;
  }
  try {
    model_config_from_json(object, "config.json");
    FAIL() << key << " was accepted";
  } catch (const DataError& error) {
    EXPECT_NE(std::string(error.what()).find(expected_in_message), std::string::npos) << error.what();
  }
}

TEST(ModelConfig, NumbersOutOfRangeAreRefused) {
  expect_rejected("max_position_embeddings", 18446744073709551615ULL,
                  "'max_position_embeddings' is out of range");
  expect_rejected("max_position_embeddings", -1, "'max_position_embeddings' is out of range");
  expect_rejected("rope_theta", 0, "'rope_theta' is out of range");
  expect_rejected("rms_norm_eps", -1e-6, "'rms_norm_eps' is out of range");
  expect_rejected("visual_prompt_nums", 4611686018427387904, "'visual_prompt_nums' is out of range");
  expect_rejected("num_hidden_layers", 1000000000000, "larger than those of any model");
  expect_rejected("hidden_size", 4611686018427387904, "larger than those of any model");
}

TEST(ModelConfig, BadJsonIsNamed) {
  expect_rejected("hidden_size", nullptr, "'hidden_size' is missing");
  expect_rejected("hidden_size", "32", "wrong type");
  expect_rejected("hidden_size", 33, "multiple of num_attention_heads");
  expect_rejected("num_key_value_heads", 3, "multiple of num_key_value_heads");
  expect_rejected("hidden_size", 24, "multiple of 4");
  expect_rejected("mask_stride", 3, "power of two");
  expect_rejected("num_hidden_layers", -1, "'num_hidden_layers' is out of range");
  expect_rejected("prompt_injection", "mean", "prompt_injection \"mean\" is not supported");
  expect_rejected("prompt_injection", 1, "wrong type");
  expect_rejected("format_version", 99, "format_version");
  expect_rejected("special_token_ids", {{"[SEG]", 9999}}, "outside the vocabulary");
}

}  // namespace
}  // namespace pixelsail
