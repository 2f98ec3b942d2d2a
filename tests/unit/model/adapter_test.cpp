// Adapters: what they compute, what they refuse.

#include "model/adapter.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "pixelsail/error.h"
#include "tiny_model.h"

namespace pixelsail {
namespace {

using testing_support::random_sample;
using testing_support::relative_difference;
using testing_support::tiny_config;

LoraConfig lora(std::vector<std::string> targets) {
  return {.rank = 3, .alpha = 6, .dropout = 0, .targets = std::move(targets)};
}

/// An adapter whose B is not zero, so that it changes something.
Adapter random_adapter(PixelSailImpl& model, const LoraConfig& config) {
  Adapter adapter(model, config, 1);
  torch::manual_seed(4);
  const torch::NoGradGuard no_grad;
  for (const auto& [name, layer] : adapter.layers()) layer->b_OR.normal_(0, 0.2);
  return adapter;
}

class Adapters : public testing::Test {
 protected:
  Adapters() : config_(tiny_config()), model_(config_) {
    model_->initialize(3);
    Rng rng(7);
    sample_ = random_sample(config_, rng, 2, 3, 4, 6);
  }
  torch::Tensor states(std::uint64_t dropout_seed = 0) {
    const torch::NoGradGuard no_grad;
    PackedInput packed = pack(std::span(&sample_, 1), torch::kCPU);
    packed.dropout_seed = dropout_seed;
    return model_->hidden_states(packed);
  }

  ModelConfig config_;
  PixelSail model_;
  SequenceInput sample_;
};

TEST_F(Adapters, ANewOneChangesNothing) {
  const torch::Tensor before = states();
  const Adapter adapter(*model_, lora({"all-linear"}), 1);
  adapter.attach(*model_);
  EXPECT_TRUE(torch::equal(states(), before));
  // q, k, v, o, gate, up, down of two layers, patches, prompts, two projectors of two layers each.
  EXPECT_EQ(adapter.layers().size(), 2U * 7 + 2 + 2 * 2);
}

TEST_F(Adapters, AttachedComputesWhatMergedWeightsCompute) {
  const torch::Tensor before = states();
  const Adapter adapter = random_adapter(*model_, lora({"q_proj", "down_proj", "vis_embed"}));
  adapter.attach(*model_);
  const torch::Tensor attached = states();
  EXPECT_GT(relative_difference(attached, before), 1e-3);
  Adapter::detach(*model_);
  EXPECT_TRUE(torch::equal(states(), before));
  const torch::NoGradGuard no_grad;
  for (const auto& [name, layer] : linear_layers(*model_)) {
    const auto found = adapter.layers().find(name);
    if (found != adapter.layers().end()) layer->weight.add_(lora_delta(*found->second));
  }
  EXPECT_LE(relative_difference(states(), attached), 1e-5);
}

TEST_F(Adapters, FilesTensorsMakeTheSameAdapter) {
  const Adapter adapter = random_adapter(*model_, lora({"v_proj"}));
  adapter.attach(*model_);
  const torch::Tensor attached = states();
  const auto tensors = adapter.tensors();
  const Adapter read(*model_, adapter.config(), {tensors.begin(), tensors.end()}, "file");
  read.attach(*model_);
  EXPECT_TRUE(torch::equal(states(), attached));
}

TEST_F(Adapters, DropoutIsAFunctionOfItsSeed) {
  LoraConfig config = lora({"q_proj", "up_proj"});
  config.dropout = 0.4;
  const Adapter adapter = random_adapter(*model_, config);
  adapter.attach(*model_);
  EXPECT_TRUE(torch::equal(states(5), states(5)));
  EXPECT_FALSE(torch::equal(states(5), states(6)));
  EXPECT_FALSE(torch::equal(states(5), states(0)));
}

TEST(LoraTerm, DropoutKeepsTheMeanAndLeavesOutTheShareAskedFor) {
  constexpr std::int64_t kRows = 400, kColumns = 50;
  const LoraLayer layer{
      .a_RI = torch::eye(kColumns), .b_OR = torch::eye(kColumns), .scale = 1, .dropout = 0.3, .stream = 9};
  const torch::Tensor term = lora_term(layer, torch::ones({kRows, kColumns}), 77);
  const double zeros = term.eq(0).to(torch::kFloat64).mean().item<double>();
  EXPECT_NEAR(zeros, 0.3, 0.01);
  EXPECT_NEAR(term.mean().item<double>(), 1.0, 0.02);
  // No row or column is left out more often than others.
  EXPECT_LT(term.eq(0).to(torch::kFloat64).mean(0).max().item<double>(), 0.42);
  EXPECT_LT(term.eq(0).to(torch::kFloat64).mean(1).max().item<double>(), 0.6);
}

TEST_F(Adapters, TargetsAreEndsOfNamesOrExpressions) {
  EXPECT_TRUE(is_target("a.layers.0.self_attn.q_proj", {"q_proj"}));
  EXPECT_TRUE(is_target("a.layers.0.self_attn.q_proj", {"self_attn.q_proj"}));
  EXPECT_TRUE(is_target("a.layers.1.mlp.up_proj", {R"(.*layers\.[13]\.mlp\..*)"}));
  EXPECT_FALSE(is_target("a.layers.2.mlp.up_proj", {R"(.*layers\.[13]\.mlp\..*)"}));
  EXPECT_FALSE(is_target("a.layers.0.self_attn.moe_q_proj", {"q_proj"}));
}

TEST_F(Adapters, TargetsThatMatchNothingAreRefused) {
  try {
    Adapter(*model_, lora({"q_proj", "query"}), 1);
    ADD_FAILURE();
  } catch (const ConfigError& error) {
    const std::string message = error.what();
    EXPECT_NE(message.find("'query'"), std::string::npos) << message;
    EXPECT_NE(message.find("gate_proj"), std::string::npos) << message;
  }
  EXPECT_THROW(Adapter(*model_, lora({"q_proj", "(["}), 1), ConfigError);
  EXPECT_THROW(Adapter(*model_, {.rank = 0}, 1), ConfigError);
}

TEST_F(Adapters, TensorsOfAnotherModelAreRefused) {
  const auto refused = [&](const std::map<std::string, torch::Tensor>& tensors, const std::string& part) {
    try {
      Adapter(*model_, lora({"q_proj"}), tensors, "some/file");
      ADD_FAILURE() << part;
    } catch (const DataError& error) {
      const std::string message = error.what();
      EXPECT_NE(message.find("some/file"), std::string::npos) << message;
      EXPECT_NE(message.find(part), std::string::npos) << message;
    }
  };
  const std::string layer = "single_transformer.model.layers.0.self_attn.q_proj";
  refused({}, "no tensors");
  refused({{layer + ".lora_A.weight", torch::zeros({3, 32})}}, "has no lora_B");
  refused(
      {{layer + ".lora_A.weight", torch::zeros({3, 31})}, {layer + ".lora_B.weight", torch::zeros({32, 3})}},
      "[3, 31]");
  refused(
      {{layer + ".lora_A.weight", torch::zeros({4, 32})}, {layer + ".lora_B.weight", torch::zeros({32, 4})}},
      "rank 3");
  refused(
      {{"nothing.lora_A.weight", torch::zeros({3, 32})}, {"nothing.lora_B.weight", torch::zeros({32, 3})}},
      "no linear layer 'nothing'");
  refused({{layer + ".weight", torch::zeros({3, 32})}}, "neither lora_A nor lora_B");
}

}  // namespace
}  // namespace pixelsail
