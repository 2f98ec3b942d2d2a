// Training under autocast by CUDA's lists.

#include <ATen/autocast_mode.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include "device.h"
#include "learner.h"

namespace pixelsail::strict {
namespace {

class Autocast {
 public:
  Autocast() {
    at::autocast::set_autocast_enabled(type_, true);
    at::autocast::set_autocast_dtype(type_, torch::kBFloat16);
  }
  ~Autocast() {
    at::autocast::clear_cache();
    at::autocast::set_autocast_enabled(type_, false);
  }
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;

 private:
  at::DeviceType type_ = device().type();
};

TEST(AutocastLists, AreThoseOfCuda) {
  if (device().is_cpu()) GTEST_SKIP() << "the CPU has lists of its own";
  const torch::NoGradGuard no_grad;
  const torch::Tensor x = torch::ones({4, 8}).to(device()), weight = torch::ones({8, 8}).to(device());
  const torch::Tensor half = x.to(torch::kBFloat16);
  const Autocast autocast;
  EXPECT_EQ(at::linear(x, weight).scalar_type(), torch::kBFloat16);
  EXPECT_EQ(torch::matmul(x, weight).scalar_type(), torch::kBFloat16);
  EXPECT_EQ(at::conv2d(x.view({1, 1, 4, 8}), torch::ones({1, 1, 3, 3}).to(device())).scalar_type(),
            torch::kBFloat16);
  EXPECT_EQ(at::scaled_dot_product_attention(x.view({1, 1, 4, 8}), x.view({1, 1, 4, 8}), x.view({1, 1, 4, 8}))
                .scalar_type(),
            torch::kBFloat16);
  // On the CPU this one stays as it is.
  EXPECT_EQ(at::layer_norm(half, {8}).scalar_type(), torch::kFloat32);
  EXPECT_EQ(half.sum().scalar_type(), torch::kFloat32);
  EXPECT_EQ(half.softmax(1).scalar_type(), torch::kFloat32);
  EXPECT_EQ((half + half).scalar_type(), torch::kBFloat16);
  EXPECT_EQ((half + x).scalar_type(), torch::kFloat32);
}

/// Losses, and the directions of gradients and updates; that gradients are finite and laid out as their
/// parameters is expected by Learner::step().
void expect_near(const Outcome& rounded, const Outcome& exact) {
  constexpr double kLossLimit = 3e-2, kNormLimit = 0.1, kAlike = 0.95;
  EXPECT_NE(rounded.result.loss, exact.result.loss);
  EXPECT_NEAR(rounded.result.loss, exact.result.loss, kLossLimit * exact.result.loss);
  EXPECT_NEAR(rounded.result.values.at("mask"), exact.result.values.at("mask"),
              kLossLimit * exact.result.values.at("mask"));
  EXPECT_NEAR(rounded.result.values.at("language"), exact.result.values.at("language"),
              kLossLimit * exact.result.values.at("language"));
  EXPECT_NEAR(rounded.result.grad_norm, exact.result.grad_norm, kNormLimit * exact.result.grad_norm);
  for (const auto& [name, update] : exact.updates) {
    if (name.ends_with("k_proj.bias")) continue;  // rounding noise
    EXPECT_GT(cosine(rounded.gradients.at(name), exact.gradients.at(name)), kAlike) << name;
    EXPECT_GT(cosine(rounded.updates.at(name), update), kAlike) << name;
  }
}

class Bfloat16 : public testing::TestWithParam<std::tuple<Family, bool>> {};

TEST_P(Bfloat16, StepIsNearFloat32) {
  const auto& [family, recompute] = GetParam();
  const ModelConfig& config = family.config;
  const std::vector<MicroBatch> batches = micro_batches(config);
  // With an eps far above all gradients the update of AdamW is lr / eps times the gradient; else it is its
  // sign, also where that is rounding noise.
  const OptimizerConfig settings{.lr = 1, .eps = 10, .weight_decay = 0, .clip_norm = 0.5};
  const Outcome exact = Learner(config, torch::kCPU, {.optimizer = settings}).step(batches);
  for (const bool bf16_weights : {false, true}) {
    const Outcome rounded =
        Learner(config, device(),
                {.recompute = recompute, .bf16 = true, .bf16_weights = bf16_weights, .optimizer = settings})
            .step(batches);
    expect_near(rounded, exact);
  }
}

INSTANTIATE_TEST_SUITE_P(Families, Bfloat16, testing::Combine(testing::ValuesIn(families()), testing::Bool()),
                         [](const auto& instance) {
                           return std::get<0>(instance.param).name +
                                  (std::get<1>(instance.param) ? "_recomputed" : "");
                         });

TEST(Bfloat16Adapters, TrainInAnyChoiceOfLayers) {
  const ModelConfig config = family("sail");
  const std::vector<MicroBatch> batches = micro_batches(config);
  const std::vector<std::vector<std::string>> choices{
      {"q_proj"}, {"q_proj", "v_proj"}, {"k_proj", "v_proj"}, {"all-linear"}};
  for (const std::vector<std::string>& targets : choices) {
    const LoraConfig lora{.rank = 2, .targets = targets};
    const Outcome exact = Learner(config, torch::kCPU, {.lora = lora}).step(batches);
    const Outcome rounded = Learner(config, device(), {.bf16 = true, .lora = lora}).step(batches);
    EXPECT_NEAR(rounded.result.loss, exact.result.loss, 3e-2 * exact.result.loss) << targets[0];
  }
}

}  // namespace
}  // namespace pixelsail::strict
