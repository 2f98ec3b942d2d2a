// A micro-batch computed by several threads is the micro-batch computed by one.

#include "train/step.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cmath>
#include <limits>

#include "model/adapter.h"
#include "pixelsail/error.h"
#include "step_fixture.h"

namespace pixelsail {
namespace {

using namespace testing_support;

struct Fixture : StepFixture {
  MicroBatch batch = random_batch(model->config, 5, /*fixed_points=*/false);

  struct Outcome {
    StepResult result;
    std::vector<torch::Tensor> gradients;
  };
  Outcome run(int threads, bool bf16 = false) {
    const int before = torch::get_num_threads();
    torch::set_num_threads(threads);
    // A learning rate of 0: the parameters stay as they are.
    const std::unique_ptr<Optimizer> optimizer = make_optimizer(parameters, {.clip_norm = 0});
    TrainStep step(*model, *objective, *optimizer, {.bf16 = bf16, .seed = 9});
    step.accumulate(batch, 4, 0, 2);
    step.accumulate(batch, 4, 1, 2);
    Outcome outcome;
    for (auto& [name, tensor] : parameters) {
      outcome.gradients.push_back(tensor.grad().defined() ? tensor.grad().clone()
                                                          : torch::zeros_like(tensor));
    }
    outcome.result = step.finish(0.0);
    EXPECT_EQ(torch::get_num_threads(), threads);
    torch::set_num_threads(before);
    return outcome;
  }
};

TEST(TrainStep, ThreadsShareAMicroBatch) {
  Fixture fixture;
  const auto one = fixture.run(1);
  EXPECT_GT(one.result.values.at("mask"), 0);
  EXPECT_GT(one.result.values.at("sam2"), 0);
  EXPECT_EQ(one.result.masks, 20);
  for (const int threads : {2, 3, 16}) {
    const auto many = fixture.run(threads);
    EXPECT_NEAR(many.result.loss, one.result.loss, 1e-5 * one.result.loss) << threads;
    EXPECT_NEAR(many.result.values.at("language"), one.result.values.at("language"),
                1e-5 * one.result.values.at("language"))
        << threads;
    EXPECT_NEAR(many.result.values.at("mask"), one.result.values.at("mask"),
                1e-5 * one.result.values.at("mask"))
        << threads;
    EXPECT_NEAR(many.result.values.at("mask2former"), one.result.values.at("mask2former"),
                1e-5 * one.result.values.at("mask2former"))
        << threads;
    EXPECT_EQ(many.result.tokens, one.result.tokens);
    EXPECT_EQ(many.result.masks, one.result.masks);
    double largest = 0;
    for (const torch::Tensor& gradient : one.gradients)
      largest = std::max(largest, gradient.abs().max().item<double>());
    for (std::size_t i = 0; i < one.gradients.size(); ++i) {
      EXPECT_LT((many.gradients[i] - one.gradients[i]).abs().max().item<double>(), 1e-5 * largest)
          << threads << ' ' << fixture.parameters[i].first;
    }
  }
}

TEST(TrainStep, SameThreadsSameBits) {
  Fixture fixture;
  for (const int threads : {1, 3}) {
    const auto first = fixture.run(threads), second = fixture.run(threads);
    EXPECT_EQ(first.result.loss, second.result.loss);
    for (std::size_t i = 0; i < first.gradients.size(); ++i)
      EXPECT_TRUE(torch::equal(first.gradients[i], second.gradients[i])) << fixture.parameters[i].first;
  }
}

/// Threads that shared casted weights would round gradients as their race decides.
TEST(TrainStep, SameThreadsSameBitsInBfloat16) {
  Fixture fixture;
  const auto first = fixture.run(3, true);
  constexpr int kRepeats = 40;
  for (int repeat = 0; repeat < kRepeats; ++repeat) {
    const auto again = fixture.run(3, true);
    EXPECT_EQ(first.result.loss, again.result.loss);
    for (std::size_t i = 0; i < first.gradients.size(); ++i)
      ASSERT_TRUE(torch::equal(first.gradients[i], again.gradients[i])) << fixture.parameters[i].first;
  }
}

/// What dropout leaves out belongs to the sample, not to the thread that computes it.
TEST(TrainStep, DropoutDoesNotDependOnThreads) {
  const auto gradients = [](int threads) {
    Fixture fixture;
    Adapter adapter(*fixture.model, {.rank = 2, .dropout = 0.5, .targets = {"all-linear"}}, 3);
    {
      const torch::NoGradGuard no_grad;
      for (auto& [name, tensor] : adapter.tensors()) tensor.add_(0.01);
    }
    adapter.attach(*fixture.model);
    fixture.parameters = adapter.tensors();
    for (auto& [name, tensor] : fixture.parameters) tensor.requires_grad_(true);
    return fixture.run(threads);
  };
  const auto one = gradients(1);
  for (const int threads : {2, 3}) {
    const auto many = gradients(threads);
    EXPECT_NEAR(many.result.loss, one.result.loss, 1e-5 * one.result.loss) << threads;
    for (std::size_t i = 0; i < one.gradients.size(); ++i) {
      EXPECT_LT((many.gradients[i] - one.gradients[i]).norm().item<double>(),
                1e-4 * one.gradients[i].norm().item<double>() + 1e-6)
          << threads << ' ' << i;
    }
  }
}

std::vector<torch::Tensor> copies_of(const NamedTensors& parameters) {
  std::vector<torch::Tensor> copies;
  for (const auto& [name, tensor] : parameters) copies.push_back(tensor.detach().clone());
  return copies;
}

/// Nothing moves, the micro-batches are named, and the next step is as if the bad one had not been.
TEST(TrainStep, ALossThatIsNotFiniteStopsTheStepInAnyThread) {
  const int before_threads = torch::get_num_threads();
  torch::set_num_threads(3);
  for (const std::size_t i : {0, 1, 2, 4, 5, 6}) {
    Fixture fixture;
    MicroBatch bad = fixture.batch;
    bad.samples[i].patches_VK = torch::full_like(bad.samples[i].patches_VK, std::nanf(""));
    const std::unique_ptr<Optimizer> optimizer = make_optimizer(fixture.parameters, {});
    TrainStep step(*fixture.model, *fixture.objective, *optimizer, {.seed = 9});
    const std::vector<torch::Tensor> before = copies_of(fixture.parameters);
    step.accumulate(fixture.batch, 0, 0, 3);
    step.accumulate(bad, 0, 1, 3);
    step.accumulate(fixture.batch, 0, 2, 3);
    try {
      step.finish(1e-3);
      ADD_FAILURE() << i;
    } catch (const NonFiniteStep& error) {
      EXPECT_EQ(error.micro_batches(), std::vector<std::int64_t>{1});
      EXPECT_STREQ(error.what(), "the loss is not finite");
    }
    for (std::size_t p = 0; p < before.size(); ++p)
      ASSERT_TRUE(torch::equal(fixture.parameters[p].second, before[p])) << fixture.parameters[p].first;
    step.accumulate(fixture.batch, 1, 0, 1);
    const StepResult after = step.finish(1e-3);

    Fixture undisturbed;
    const std::unique_ptr<Optimizer> other = make_optimizer(undisturbed.parameters, {});
    TrainStep alone(*undisturbed.model, *undisturbed.objective, *other, {.seed = 9});
    alone.accumulate(undisturbed.batch, 1, 0, 1);
    const StepResult expected = alone.finish(1e-3);
    EXPECT_EQ(after.loss, expected.loss);
    EXPECT_EQ(after.tokens, expected.tokens);
    EXPECT_EQ(after.grad_norm, expected.grad_norm);
    for (std::size_t p = 0; p < before.size(); ++p)
      ASSERT_TRUE(torch::equal(fixture.parameters[p].second, undisturbed.parameters[p].second))
          << fixture.parameters[p].first;
  }
  torch::set_num_threads(before_threads);
}

/// As an overflow in backward() would leave it.
/// As torch does when a product of oneDNN fails for want of memory.
TEST(TrainStep, KernelsThatChangedOnTheWayEndTheTraining) {
  Fixture fixture;
  const std::unique_ptr<Optimizer> optimizer = make_optimizer(fixture.parameters, {});
  TrainStep step(*fixture.model, *fixture.objective, *optimizer, {.seed = 9});
  step.accumulate(fixture.batch, 0, 0, 1);
  at::globalContext().setUserEnabledMkldnn(false);
  EXPECT_THROW(step.finish(1e-3), RunError);
  at::globalContext().setUserEnabledMkldnn(true);
  step.accumulate(fixture.batch, 1, 0, 1);
  EXPECT_NO_THROW(step.finish(1e-3));
}

TEST(TrainStep, AGradientThatIsNotFiniteStopsTheStep) {
  Fixture fixture;
  const std::unique_ptr<Optimizer> optimizer = make_optimizer(fixture.parameters, {});
  TrainStep step(*fixture.model, *fixture.objective, *optimizer, {.seed = 9});
  step.accumulate(fixture.batch, 0, 0, 2);
  step.accumulate(fixture.batch, 0, 1, 2);
  for (auto& [name, tensor] : fixture.parameters) {
    if (tensor.grad().defined()) tensor.mutable_grad().view(-1)[0] = std::numeric_limits<float>::infinity();
  }
  const std::vector<torch::Tensor> before = copies_of(fixture.parameters);
  try {
    step.finish(1e-3);
    FAIL() << "went on";
  } catch (const NonFiniteStep& error) {
    EXPECT_EQ(error.micro_batches(), (std::vector<std::int64_t>{0, 1})) << "it may be either";
    EXPECT_STREQ(error.what(), "the gradient is not finite");
  }
  for (std::size_t p = 0; p < before.size(); ++p)
    EXPECT_TRUE(torch::equal(fixture.parameters[p].second, before[p])) << fixture.parameters[p].first;
}

}  // namespace
}  // namespace pixelsail
