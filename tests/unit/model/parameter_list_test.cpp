#include "model/parameter_list.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "families/name_table.h"
#include "model/model.h"
#include "tiny_model.h"

namespace pixelsail {
namespace {

using testing_support::tiny_config;

void expect_same_as_module(const ModelConfig& config) {
  PixelSail model(config);
  const std::vector<ParameterSpec> list = parameter_list(config);
  const auto parameters = model->named_parameters();
  ASSERT_EQ(list.size(), parameters.size());
  for (std::size_t i = 0; i < list.size(); ++i) {
    EXPECT_EQ(list[i].name, parameters[i].key());
    EXPECT_EQ(list[i].shape, parameters[i].value().sizes().vec()) << list[i].name;
    EXPECT_EQ(list[i].group, parameter_group(list[i].name)) << list[i].name;
    EXPECT_EQ(list[i].numel(), parameters[i].value().numel());
  }
}

TEST(ParameterList, IsThatOfTheModule) {
  ModelConfig config = tiny_config();
  expect_same_as_module(config);
  config.tie_word_embeddings = false;
  config.attention_bias = false;
  expect_same_as_module(config);
  config.in_dim_limit = 12;  // with image_feature_pre_projector
  config.mask_stride = 2;
  config.head_dim = 16;
  expect_same_as_module(config);
  config.backbone = Backbone::kText;
  expect_same_as_module(config);
}

TEST(ParameterList, EveHasVisualCopiesAndItsTower) {
  ModelConfig config = tiny_config();
  config.backbone = Backbone::kEve;
  config.tie_word_embeddings = false;
  config.vision_patch_size = 32;
  config.patch_stride = 16;
  config.mm_hidden_size = 24;
  std::map<std::string, std::vector<std::int64_t>> shapes;
  for (const ParameterSpec& spec : parameter_list(config)) shapes[spec.name] = spec.shape;
  const std::string model = "single_transformer.model.";
  EXPECT_EQ(shapes.at(model + "vision_tower.patch_embedding.0.weight"),
            (std::vector<std::int64_t>{24, 3, 16, 16}));
  EXPECT_EQ(shapes.at(model + "vision_tower.patch_embedding.2.weight"),
            (std::vector<std::int64_t>{32, 24, 2, 2}));
  EXPECT_EQ(shapes.at(model + "vision_tower.class_embedding"), (std::vector<std::int64_t>{32}));
  EXPECT_EQ(shapes.at(model + "layers.1.self_attn.moe_k_proj.bias"), (std::vector<std::int64_t>{16}));
  EXPECT_EQ(shapes.at(model + "layers.1.moe_mlp.down_proj.weight"), (std::vector<std::int64_t>{32, 48}));
  EXPECT_EQ(shapes.at(model + "layers.0.moe_post_attention_layernorm.weight"),
            (std::vector<std::int64_t>{32}));
  EXPECT_FALSE(shapes.contains(model + "vp_embed.weight"));
  EXPECT_FALSE(shapes.contains(model + "vis_embed.weight"));
  expect_same_as_module(config);
  config.backbone = Backbone::kSolo;
  expect_same_as_module(config);
}

TEST(ParameterList, InitialValues) {
  const ModelConfig config = tiny_config();
  EXPECT_EQ(initial_value("image_feature_projector.0.bias", {16}, config).deviation, 0);
  EXPECT_EQ(initial_value("single_transformer.model.norm.weight", {32}, config).constant, 1);
  EXPECT_DOUBLE_EQ(initial_value("upsample_blocks.0.0.weight", {16, 4, 2, 2}, config).deviation, 0.25);
  EXPECT_DOUBLE_EQ(initial_value("image_feature_projector.0.weight", {8, 64}, config).deviation, 0.125);
  EXPECT_GT(initial_value("single_transformer.model.vision_tower.class_embedding", {32}, config).deviation,
            0);
}

}  // namespace
}  // namespace pixelsail
