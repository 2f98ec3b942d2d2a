#include "train/optimizer.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cmath>

#include "pixelsail/error.h"

namespace pixelsail {
namespace {

TEST(AdamW, TwoStepsAsWritten) {
  const OptimizerConfig config{.beta1 = 0.9, .beta2 = 0.99, .eps = 1e-8, .weight_decay = 0.1, .clip_norm = 0};
  const torch::Tensor w = torch::tensor({0.5F}).requires_grad_();
  AdamW optimizer({{"w", w}}, config);
  double value = 0.5, m = 0, v = 0;
  for (int t = 1; t <= 2; ++t) {
    const double lr = 0.1 / t, g = 0.3 * t;
    w.mutable_grad() = torch::tensor({static_cast<float>(g)});
    optimizer.step(lr);
    value -= lr * 0.1 * value;
    m = 0.9 * m + 0.1 * g;
    v = 0.99 * v + 0.01 * g * g;
    value -= lr * (m / (1 - std::pow(0.9, t))) / (std::sqrt(v / (1 - std::pow(0.99, t))) + 1e-8);
    EXPECT_NEAR(w.item<double>(), value, 1e-6) << t;
  }
}

TEST(AdamW, ClipsToTheCommonNormAndReportsIt) {
  const torch::Tensor a = torch::zeros({1}).requires_grad_(), b = torch::zeros({1}).requires_grad_();
  AdamW optimizer({{"a", a}, {"b", b}}, {.clip_norm = 1.0});
  a.mutable_grad() = torch::tensor({3.0F});
  b.mutable_grad() = torch::tensor({4.0F});
  EXPECT_NEAR(optimizer.clip_gradients(), 5.0, 1e-6);
  EXPECT_NEAR(a.grad().item<double>(), 0.6, 1e-5);
  EXPECT_NEAR(b.grad().item<double>(), 0.8, 1e-5);
}

TEST(AdamW, ParametersWithoutGradientStay) {
  const torch::Tensor a = torch::ones({1}).requires_grad_(), b = torch::ones({1}).requires_grad_();
  AdamW optimizer({{"a", a}, {"b", b}}, {});
  a.mutable_grad() = torch::ones({1});
  optimizer.step(0.1);
  EXPECT_EQ(b.item<double>(), 1.0);
  EXPECT_NE(a.item<double>(), 1.0);
}

TEST(AdamW, StateRoundTripAndMissingEntries) {
  const torch::Tensor w = torch::ones({3}).requires_grad_();
  AdamW optimizer({{"w", w}}, {});
  w.mutable_grad() = torch::ones({3});
  optimizer.step(0.1);
  std::map<std::string, torch::Tensor> state;
  for (auto& [name, tensor] : optimizer.state()) state[name] = tensor.clone();
  AdamW other({{"w", w}}, {});
  other.load_state(state, "file");
  for (auto& [name, tensor] : other.state()) EXPECT_TRUE(torch::equal(tensor, state[name])) << name;
  state.erase("exp_avg.w");
  EXPECT_THROW(other.load_state(state, "file"), DataError);
}

}  // namespace
}  // namespace pixelsail
