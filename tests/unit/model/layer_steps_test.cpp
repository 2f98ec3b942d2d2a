// Steps with a backward of their own against those that autograd makes of the formula.

#include "model/layer_steps.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <functional>

namespace pixelsail {
namespace {

using Tensors = std::vector<torch::Tensor>;
using Formula = std::function<torch::Tensor(const Tensors&)>;

torch::Tensor leaf(at::IntArrayRef sizes) {
  return torch::randn(sizes, torch::kFloat64).requires_grad_();
}

/// The same value and the same gradients for a random gradient of the result.
void expect_equal(const Formula& step, const Formula& formula, const Tensors& inputs, double limit) {
  const torch::Tensor found = step(inputs), expected = formula(inputs);
  ASSERT_EQ(found.sizes(), expected.sizes());
  EXPECT_LE((found - expected).abs().max().item<double>(), limit);
  const torch::Tensor direction = torch::randn_like(expected);
  const auto found_gradients = torch::autograd::grad({found}, inputs, {direction.to(found.scalar_type())});
  const auto gradients = torch::autograd::grad({expected}, inputs, {direction});
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    EXPECT_EQ(found_gradients[i].scalar_type(), inputs[i].scalar_type());
    EXPECT_LE((found_gradients[i] - gradients[i]).abs().max().item<double>(),
              limit * std::max(1.0, gradients[i].abs().max().item<double>()))
        << "input " << i;
  }
}

TEST(LayerSteps, RmsNorm) {
  torch::manual_seed(1);
  constexpr double kEps = 1e-3;
  // Small values, where eps counts, and large ones.
  for (const double size : {1e-2, 1.0, 1e3}) {
    const Tensors inputs{(torch::randn({3, 5, 12}) * size).requires_grad_(),
                         torch::randn({12}).requires_grad_()};
    expect_equal(
        [&](const Tensors& x) { return rms_norm(x[0], x[1], kEps, torch::kFloat32); },
        [&](const Tensors& x) { return x[1] * (x[0] * torch::rsqrt(x[0].square().mean(-1, true) + kEps)); },
        inputs, 2e-5);
  }
}

TEST(LayerSteps, RmsNormInBfloat16) {
  torch::manual_seed(2);
  const torch::Tensor x = torch::randn({7, 16}), weight = torch::randn({16});
  const torch::Tensor exact = rms_norm(x, weight, 1e-6, torch::kFloat32);
  const torch::Tensor rounded = rms_norm(x, weight, 1e-6, torch::kBFloat16);
  EXPECT_EQ(rounded.scalar_type(), torch::kBFloat16);
  EXPECT_TRUE(torch::equal(rounded, exact.to(torch::kBFloat16))) << "computed exactly, rounded once";
  const torch::Tensor half = x.to(torch::kBFloat16).requires_grad_();
  const torch::Tensor trained = weight.clone().requires_grad_();
  rms_norm(half, trained, 1e-6, torch::kBFloat16).sum().backward();
  EXPECT_EQ(half.grad().scalar_type(), torch::kBFloat16);
  EXPECT_EQ(trained.grad().scalar_type(), torch::kFloat32);
}

TEST(LayerSteps, RmsNormOfAFrozenWeightOrInput) {
  torch::manual_seed(3);
  const torch::Tensor x = torch::randn({4, 8}).requires_grad_(), weight = torch::randn({8});
  EXPECT_EQ(torch::autograd::grad({rms_norm(x, weight, 1e-6, torch::kFloat32).sum()}, {x})[0].sizes(),
            x.sizes());
  const torch::Tensor trained = weight.clone().requires_grad_();
  EXPECT_EQ(torch::autograd::grad({rms_norm(x.detach(), trained, 1e-6, torch::kFloat32).sum()}, {trained})[0]
                .sizes(),
            weight.sizes());
}

TEST(LayerSteps, SiluProduct) {
  torch::manual_seed(4);
  expect_equal([](const Tensors& x) { return silu_product(x[0], x[1]); },
               [](const Tensors& x) { return torch::silu(x[0]) * x[1]; }, {leaf({6, 9}), leaf({6, 9})},
               1e-12);
  const torch::NoGradGuard no_grad;
  const torch::Tensor gate = torch::randn({6, 9}), up = torch::randn({6, 9}),
                      expected = torch::silu(gate) * up;
  EXPECT_TRUE(torch::equal(silu_product(gate, up), expected));
}

TEST(LayerSteps, Rotation) {
  torch::manual_seed(5);
  const torch::Tensor angle = torch::randn({7, 4}, torch::kFloat64);
  const RopeTable table{angle.cos(), angle.sin()};
  expect_equal([&](const Tensors& x) { return rotated(x[0], table); },
               [&](const Tensors& x) { return apply_rope(x[0], table); }, {leaf({7, 3, 8})}, 1e-12);
}

}  // namespace
}  // namespace pixelsail
