#include "train/gradient_buckets.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "pixelsail/error.h"

namespace pixelsail {
namespace {

TEST(GradientBuckets, GradientsHaveTheParametersLayoutAndAddUp) {
  const torch::Tensor plain = torch::randn({4, 3}).requires_grad_();
  // A parameter that is itself permuted, and one whose gradient comes back permuted.
  const torch::Tensor permuted = torch::randn({3, 4}).t().detach().requires_grad_();
  const torch::Tensor kernel = torch::randn({2, 3, 2, 2}).requires_grad_();
  const torch::Tensor unused = torch::randn({5}).requires_grad_();
  const std::vector<torch::Tensor> parameters{plain, permuted, kernel, unused};
  const auto loss = [&] {
    const torch::Tensor rows = kernel.permute({2, 3, 1, 0}).reshape({12, 2});
    return (plain * permuted).square().sum() + (rows * torch::arange(24.0).view({12, 2})).sum();
  };
  const auto expected = torch::autograd::grad({loss()}, {plain, permuted, kernel});
  ASSERT_NE(expected[2].strides(), kernel.strides()) << "the case that the buckets are for";

  GradientBuckets buckets(parameters, /*bucket_bytes=*/100);
  EXPECT_GT(buckets.buffers().size(), 1U);
  for (int round = 0; round < 2; ++round) {
    for (int times = 1; times <= 3; ++times) {
      buckets.attach();
      loss().backward();
      for (std::size_t i = 0; i < expected.size(); ++i) {
        EXPECT_EQ(parameters[i].grad().strides(), parameters[i].strides()) << i;
        EXPECT_TRUE(torch::allclose(parameters[i].grad(), expected[i] * times)) << i;
      }
    }
    buckets.detach_untouched();
    EXPECT_FALSE(unused.grad().defined());
    EXPECT_TRUE(plain.grad().defined());
    // They are views of the buffers.
    double sum = 0;
    for (const torch::Tensor& buffer : buckets.buffers()) sum += buffer.abs().sum().item<double>();
    double wanted = 0;
    for (const torch::Tensor& gradient : expected) wanted += 3 * gradient.abs().sum().item<double>();
    EXPECT_NEAR(sum, wanted, 1e-3 * wanted);
    buckets.clear();
    EXPECT_FALSE(plain.grad().defined());
  }
}

TEST(GradientBuckets, GivenGradientsAreAddedInAnyLayout) {
  const torch::Tensor a = torch::zeros({2, 3}).requires_grad_(), b = torch::zeros({3}).requires_grad_();
  GradientBuckets buckets({a, b});
  EXPECT_EQ(buckets.buffers().size(), 1U);
  const torch::Tensor permuted = torch::randn({3, 2}).t();
  buckets.attach();
  buckets.add(0, permuted);
  buckets.add(0, permuted);
  EXPECT_TRUE(torch::equal(a.grad(), permuted * 2));
  buckets.detach_untouched();
  EXPECT_TRUE(a.grad().defined());
  EXPECT_FALSE(b.grad().defined());
  // Nothing but zeros between and in the others.
  EXPECT_NEAR(buckets.buffers()[0].sum().item<double>(), 2 * permuted.sum().item<double>(), 1e-5);
}

TEST(GradientBuckets, TheyLeaveNothingBehind) {
  const torch::Tensor a = torch::ones({2}).requires_grad_();
  {
    GradientBuckets buckets({a});
    buckets.attach();
  }
  EXPECT_FALSE(a.grad().defined());
  (a * 3).sum().backward();
  EXPECT_TRUE(torch::equal(a.grad(), torch::full({2}, 3.0)));
}

TEST(GradientBuckets, AParameterWithGapsIsRefused) {
  const torch::Tensor a = torch::zeros({4}).slice(0, 0, 4, 2).detach().requires_grad_();
  EXPECT_THROW(GradientBuckets({a}), RunError);
}

}  // namespace
}  // namespace pixelsail
