// The cross-entropy whose logits are made a few rows at a time.

#include "loss/vocabulary_loss.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "loss/language.h"

namespace pixelsail {
namespace {

TEST(VocabularyLoss, EqualsTheOneOfAllLogitsWithGradients) {
  torch::manual_seed(1);
  constexpr std::int64_t kTokens = 23, kWords = 70'000, kSize = 6;
  const torch::Tensor hidden = torch::randn({kTokens, kSize}).requires_grad_(),
                      weight = torch::randn({kWords, kSize}).requires_grad_(),
                      target = torch::randint(kWords, {kTokens}, torch::kInt64),
                      direction = torch::randn({kTokens});
  const torch::Tensor expected = token_cross_entropy(at::matmul(hidden, weight.t()), target);
  const auto gradients = torch::autograd::grad({expected}, {hidden, weight}, {direction});
  for (const std::int64_t rows : {std::int64_t{1}, std::int64_t{4}, kTokens}) {
    const torch::Tensor found = vocabulary_cross_entropy(hidden, weight, target, rows);
    EXPECT_TRUE(torch::allclose(found, expected, 1e-5, 1e-5)) << rows;
    const auto found_gradients = torch::autograd::grad({found}, {hidden, weight}, {direction});
    for (std::size_t i = 0; i < 2; ++i) {
      // Sums over all words, which processors add up in orders of their own.
      constexpr double kLimit = 1e-4;
      const double apart = (found_gradients[i] - gradients[i]).norm().item<double>();
      EXPECT_LE(apart, kLimit * gradients[i].norm().item<double>()) << rows << " rows, input " << i;
    }
  }
}

TEST(VocabularyLoss, AFrozenHeadGetsNoGradient) {
  torch::manual_seed(2);
  const torch::Tensor hidden = torch::randn({5, 4}).requires_grad_(), weight = torch::randn({9, 4}),
                      target = torch::tensor({0, 8, 3, 3, 1});
  const torch::Tensor loss = vocabulary_cross_entropy(hidden, weight, target, 2).sum();
  const torch::Tensor plain = token_cross_entropy(at::matmul(hidden, weight.t()), target).sum();
  EXPECT_TRUE(torch::allclose(torch::autograd::grad({loss}, {hidden})[0],
                              torch::autograd::grad({plain}, {hidden})[0], 1e-4, 1e-6));
}

TEST(VocabularyLoss, RowsFitIntoTheLimit) {
  EXPECT_EQ(logit_rows(8192, 500), 8192) << "a small vocabulary is computed at once";
  const std::int64_t rows = logit_rows(8192, 151'690);
  EXPECT_GT(rows, 64);
  EXPECT_LE(rows * 151'690 * 4, 64 << 20);
  EXPECT_EQ(logit_rows(0, 151'690), 1);
  EXPECT_EQ(logit_rows(3, 1'000'000'000), 1);
}

}  // namespace
}  // namespace pixelsail
