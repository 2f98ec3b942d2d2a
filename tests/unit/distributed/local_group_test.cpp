#include "distributed/local_group.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <array>
#include <mutex>
#include <set>

#include "pixelsail/error.h"

namespace pixelsail {
namespace {

TEST(LocalGroup, EveryRankRunsOnce) {
  for (const int size : {1, 2, 5}) {
    std::mutex mutex;
    std::multiset<int> ranks;
    run_local_group(size, [&](ProcessGroup& group) {
      EXPECT_EQ(group.size(), size);
      const std::lock_guard lock(mutex);
      ranks.insert(group.rank());
    });
    EXPECT_EQ(ranks.size(), static_cast<std::size_t>(size));
    for (int rank = 0; rank < size; ++rank) EXPECT_EQ(ranks.count(rank), 1U);
  }
}

TEST(LocalGroup, SumsAreAddedInTheOrderOfTheRanks) {
  // In float32 the order shows: 1 + 1e8 - 1e8 is 0, -1e8 + 1e8 + 1 is 1.
  const std::array<float, 3> values{1.0F, 1e8F, -1e8F};
  float expected = values[0];
  for (std::size_t rank = 1; rank < values.size(); ++rank) expected += values[rank];
  for (int repeat = 0; repeat < 20; ++repeat) {
    run_local_group(3, [&](ProcessGroup& group) {
      std::array<torch::Tensor, 2> tensors{torch::full({4}, values[static_cast<std::size_t>(group.rank())]),
                                           torch::full({2, 2}, group.rank())};
      group.all_reduce(tensors);
      EXPECT_TRUE(torch::equal(tensors[0], torch::full({4}, expected)));
      EXPECT_TRUE(torch::equal(tensors[1], torch::full({2, 2}, 3)));
      std::array<std::int64_t, 2> counts{group.rank(), 10};
      group.all_reduce(std::span<std::int64_t>(counts));
      EXPECT_EQ(counts, (std::array<std::int64_t, 2>{3, 30}));
      std::array<double, 1> sums{0.5};
      group.all_reduce(std::span<double>(sums));
      EXPECT_EQ(sums[0], 1.5);
      group.barrier();
    });
  }
}

TEST(LocalGroup, BroadcastTakesTheRootsTensors) {
  run_local_group(3, [&](ProcessGroup& group) {
    std::array<torch::Tensor, 1> tensors{torch::full({3}, group.rank())};
    group.broadcast(tensors, 2);
    EXPECT_TRUE(torch::equal(tensors[0], torch::full({3}, 2)));
  });
}

TEST(LocalGroup, AFailureReleasesTheOthersAndIsTheOneReported) {
  for (const int failing : {0, 1, 2}) {
    try {
      run_local_group(3, [&](ProcessGroup& group) {
        group.barrier();
        if (group.rank() == failing) throw DataError("this one");
        group.barrier();
      });
      ADD_FAILURE() << failing;
    } catch (const DataError& error) {
      EXPECT_STREQ(error.what(), "this one");
    }
  }
}

}  // namespace
}  // namespace pixelsail
