// Two ranks with a replica of the model each, every other micro-batch, are one process that computes them
// all: the same weights, bit for bit.

#include <gtest/gtest.h>
#include <torch/torch.h>

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

/// Micro-batches of one sample: a process with two threads computes each as a rank with one does.
TEST(Group, TwoRanksAreOneProcessWithTwoThreads) {
  const Trained alone = train(nullptr, 2, /*single=*/true);
  for (const Trained& rank : train_ranks(2, /*single=*/true)) expect_same(rank, alone);
}

TEST(Group, TwoRanksAreOneProcessWithLargerMicroBatches) {
  const Trained alone = train(nullptr, 1, /*single=*/false);
  for (const Trained& rank : train_ranks(2, /*single=*/false)) expect_same(rank, alone);
}

/// The third has no micro-batch in some steps, and all have the same weights nevertheless.
TEST(Group, ARankWithoutAMicroBatchFollows) {
  const std::vector<Trained> ranks = train_ranks(3, /*single=*/true);
  for (std::size_t rank = 1; rank < ranks.size(); ++rank) expect_same(ranks[rank], ranks[0]);
}

}  // namespace
}  // namespace pixelsail
