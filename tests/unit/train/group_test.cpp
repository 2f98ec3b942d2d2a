// Two ranks with a replica of the model each, every other micro-batch, are one process that computes them
// all.

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <array>
#include <cmath>
#include <string>

#include "distributed/local_group.h"
#include "step_fixture.h"
#include "train/guards.h"

namespace pixelsail {
namespace {

using namespace testing_support;

constexpr std::int64_t kSteps = 3, kAccumulate = 2;

struct Trained {
  std::vector<torch::Tensor> weights;
  std::vector<StepResult> results;
};

/// Micro-batch m of the stream, of one sample or of seven.
MicroBatch micro_batch(const ModelConfig& config, std::int64_t m, bool single) {
  MicroBatch batch = random_batch(config, 20 + static_cast<std::uint64_t>(m), /*fixed_points=*/false);
  if (single) {
    batch.samples.resize(1);
    batch.targets.resize(1);
  }
  return batch;
}

/// What a rank of `group` trains; without one all micro-batches with `threads` threads.
Trained train(ProcessGroup* group, int threads, bool single) {
  const ThreadsGuard guard(threads);
  StepFixture fixture;
  const std::unique_ptr<Optimizer> optimizer = make_optimizer(fixture.parameters, {.clip_norm = 0.5});
  TrainStep step(*fixture.model, *fixture.objective, *optimizer, {.seed = 9, .group = group});
  Trained trained;
  for (std::int64_t s = 0; s < kSteps; ++s) {
    for (std::int64_t k = 0; k < kAccumulate; ++k) {
      const std::int64_t m = s * kAccumulate + k;
      if (group != nullptr && m % group->size() != group->rank()) continue;
      step.accumulate(micro_batch(fixture.model->config, m, single), s, k, kAccumulate);
    }
    trained.results.push_back(step.finish(1e-3));
  }
  for (const auto& [name, tensor] : fixture.parameters) trained.weights.push_back(tensor.detach().clone());
  return trained;
}

std::vector<Trained> train_ranks(int size, bool single) {
  std::vector<Trained> ranks(static_cast<std::size_t>(size));
  run_local_group(size, [&](ProcessGroup& group) {
    ranks[static_cast<std::size_t>(group.rank())] = train(&group, 1, single);
  });
  return ranks;
}

void expect_same(const Trained& rank, const Trained& alone) {
  for (std::size_t s = 0; s < alone.results.size(); ++s) {
    EXPECT_EQ(rank.results[s].loss, alone.results[s].loss);
    EXPECT_EQ(rank.results[s].values, alone.results[s].values);
    EXPECT_EQ(rank.results[s].grad_norm, alone.results[s].grad_norm);
    EXPECT_EQ(rank.results[s].tokens, alone.results[s].tokens);
    EXPECT_EQ(rank.results[s].masks, alone.results[s].masks);
  }
  for (std::size_t i = 0; i < alone.weights.size(); ++i)
    EXPECT_TRUE(torch::equal(rank.weights[i], alone.weights[i])) << i;
}

/// A process with two threads works with both on every operation of a single sample and adds some sums in
/// another order than one thread does: equal within rounding, after three steps too.
TEST(Group, TwoRanksAreOneProcessWithTwoThreads) {
  const Trained alone = train(nullptr, 2, /*single=*/true);
  for (const Trained& rank : train_ranks(2, /*single=*/true)) {
    for (std::size_t s = 0; s < alone.results.size(); ++s) {
      EXPECT_NEAR(rank.results[s].loss, alone.results[s].loss, 1e-4 * alone.results[s].loss);
      EXPECT_NEAR(rank.results[s].grad_norm, alone.results[s].grad_norm, 1e-3 * alone.results[s].grad_norm);
      EXPECT_EQ(rank.results[s].tokens, alone.results[s].tokens);
    }
    // AdamW's first steps are as long as the rate, whatever the gradient: 1e-3 is what one of them moves.
    for (std::size_t i = 0; i < alone.weights.size(); ++i)
      EXPECT_LT((rank.weights[i] - alone.weights[i]).abs().mean().item<double>(), 2e-5) << i;
  }
}

/// Bit for bit, where every sample is computed by one thread on both sides.
TEST(Group, TwoRanksAreOneProcessBitForBit) {
  for (const bool single : {true, false}) {
    const Trained alone = train(nullptr, 1, single);
    for (const Trained& rank : train_ranks(2, single)) expect_same(rank, alone);
  }
}

/// The third has no micro-batch in some steps, and all have the same weights nevertheless.
TEST(Group, ARankWithoutAMicroBatchFollows) {
  const std::vector<Trained> ranks = train_ranks(3, /*single=*/true);
  for (std::size_t rank = 1; rank < ranks.size(); ++rank) expect_same(ranks[rank], ranks[0]);
}

/// All ranks end the step, none waits for the other, and the one that has the sample says which.
TEST(Group, ALossThatIsNotFiniteStopsAllRanks) {
  for (const int bad : {0, 1}) {
    std::array<std::vector<std::int64_t>, 2> named;
    std::array<std::string, 2> messages;
    run_local_group(2, [&](ProcessGroup& group) {
      const ThreadsGuard guard(1);
      const auto rank = static_cast<std::size_t>(group.rank());
      StepFixture fixture;
      const std::unique_ptr<Optimizer> optimizer = make_optimizer(fixture.parameters, {});
      TrainStep step(*fixture.model, *fixture.objective, *optimizer, {.seed = 9, .group = &group});
      MicroBatch batch = micro_batch(fixture.model->config, group.rank(), true);
      if (group.rank() == bad) batch.samples[0].patches_VK.fill_(std::nanf(""));
      step.accumulate(batch, 0, group.rank(), 2);
      try {
        step.finish(1e-3);
      } catch (const NonFiniteStep& error) {
        named[rank] = error.micro_batches();
        messages[rank] = error.what();
      }
    });
    const auto guilty = static_cast<std::size_t>(bad), other = 1 - guilty;
    EXPECT_EQ(named[guilty], std::vector<std::int64_t>{bad});
    EXPECT_EQ(messages[guilty], "the loss is not finite");
    EXPECT_TRUE(named[other].empty());
    EXPECT_EQ(messages[other], "the loss of another rank is not finite");
  }
}

}  // namespace
}  // namespace pixelsail
