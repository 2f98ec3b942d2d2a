#include "families/family.h"

#include <gtest/gtest.h>

#include "model/parameter_list.h"
#include "tiny_model.h"

namespace pixelsail {
namespace {

const std::string kOurs = "single_transformer.";

void expect_pair(const NameTable& table, const std::string& theirs, const std::string& ours) {
  EXPECT_EQ(table.to_ours(theirs), ours) << table.family;
  EXPECT_EQ(table.from_ours(ours), theirs) << table.family;
}

/// Every parameter of `config` has one name in the family, and back.
void expect_all_of(const NameTable& table, const ModelConfig& config) {
  for (const ParameterSpec& spec : parameter_list(config)) {
    if (spec.group == "mask_head" && table.family != "pixelsail") {
      EXPECT_FALSE(table.from_ours(spec.name)) << spec.name;
      continue;
    }
    if (spec.group == "vp_embed" && table.family == "solo") continue;
    const auto theirs = table.from_ours(spec.name);
    ASSERT_TRUE(theirs) << table.family << ": " << spec.name;
    EXPECT_EQ(table.to_ours(*theirs), spec.name);
  }
}

ModelConfig config_of(Backbone backbone, bool bias) {
  ModelConfig config = testing_support::tiny_config();
  config.backbone = backbone;
  config.attention_bias = bias;
  config.tie_word_embeddings = false;
  config.vision_patch_size = 32;
  return config;
}

TEST(WeightNames, Qwen2) {
  expect_all_of(qwen2_family().names, config_of(Backbone::kText, true));
  expect_pair(qwen2_family().names, "lm_head.weight", kOurs + "lm_head.weight");
  expect_pair(qwen2_family().names, "model.layers.27.self_attn.k_proj.bias",
              kOurs + "model.layers.27.self_attn.k_proj.bias");
  EXPECT_FALSE(qwen2_family().names.to_ours("model.vis_embed.weight"));
}

TEST(WeightNames, Mistral) {
  expect_all_of(mistral_family().names, config_of(Backbone::kText, false));
  expect_pair(mistral_family().names, "model.layers.3.mlp.up_proj.weight",
              kOurs + "model.layers.3.mlp.up_proj.weight");
  EXPECT_FALSE(mistral_family().names.to_ours("model.layers.0.self_attn.q_proj.bias"));
}

TEST(WeightNames, Sail) {
  expect_all_of(sail_family().names, config_of(Backbone::kSail, true));
  expect_pair(sail_family().names, "model.vis_embed.weight", kOurs + "model.vis_embed.weight");
}

TEST(WeightNames, Solo) {
  expect_all_of(solo_family().names, config_of(Backbone::kSolo, false));
  expect_pair(solo_family().names, "model.embed_vision_patch.weight", kOurs + "model.vis_embed.weight");
  EXPECT_FALSE(solo_family().names.to_ours("model.vis_embed.weight"));
}

TEST(WeightNames, Eve) {
  expect_all_of(eve_family().names, config_of(Backbone::kEve, true));
  expect_pair(eve_family().names, "model.layers.0.moe_input_layernorm.weight",
              kOurs + "model.layers.0.moe_input_layernorm.weight");
  expect_pair(eve_family().names, "model.vision_tower.split_embedding",
              kOurs + "model.vision_tower.split_embedding");
}

TEST(WeightNames, PixelSail) {
  for (const Backbone backbone : {Backbone::kSail, Backbone::kSolo, Backbone::kEve})
    expect_all_of(pixelsail_names(), config_of(backbone, true));
  expect_pair(pixelsail_names(), "upsample_blocks.12.2.depthwise.bias",
              "upsample_blocks.12.2.depthwise.bias");
  EXPECT_FALSE(pixelsail_names().to_ours("mask2former_model.weight"));
}

TEST(WeightNames, NearMissesAreUnknown) {
  for (const char* name : {"model.layers..mlp.up_proj.weight", "model.layers.x.mlp.up_proj.weight",
                           "model.layers.1.mlp.up_proj.weight.extra", "model.layers.1.mlp.up_proj", "",
                           "model.embed_tokens.weight "}) {
    EXPECT_FALSE(qwen2_family().names.to_ours(name)) << name;
  }
}

}  // namespace
}  // namespace pixelsail
