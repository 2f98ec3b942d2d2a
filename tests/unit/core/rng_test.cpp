#include "core/rng.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <vector>

namespace pixelsail {
namespace {

TEST(Rng, GeneratorMatchesReference) {
  // The published xoshiro256** from state {1, 2, 3, 4}.
  Rng rng(0);
  rng.restore({1, 2, 3, 4});
  const std::array<std::uint64_t, 4> expected = {11520U, 0U, 1509978240U, 1215971899390074240U};
  for (const std::uint64_t value : expected) EXPECT_EQ(rng.next_u64(), value);
}

TEST(Rng, SameSeedAndNameGiveTheSameStream) {
  Rng a(7, "data"), b(7, "data");
  for (int i = 0; i < 100; ++i) EXPECT_EQ(a.next_u64(), b.next_u64());
}

TEST(Rng, SeedsAndNamesKeepStreamsApart) {
  std::vector<std::uint64_t> first;
  for (const std::uint64_t seed : {0U, 1U, 2U}) {
    for (const char* name : {"", "data", "atad", "model"}) first.push_back(Rng(seed, name).next_u64());
  }
  std::sort(first.begin(), first.end());
  EXPECT_EQ(std::adjacent_find(first.begin(), first.end()), first.end());
}

TEST(Rng, StateContinuesWhereItWasSaved) {
  Rng rng(11);
  for (int i = 0; i < 5; ++i) rng.next_u64();
  const Rng::State saved = rng.state();
  std::vector<std::uint64_t> ahead(8);
  for (auto& value : ahead) value = rng.next_u64();
  Rng other(99);
  other.restore(saved);
  for (const std::uint64_t value : ahead) EXPECT_EQ(other.next_u64(), value);
}

TEST(Rng, UniformIsInHalfOpenUnitInterval) {
  Rng rng(1);
  double sum = 0;
  for (int i = 0; i < 100000; ++i) {
    const double x = rng.uniform();
    ASSERT_GE(x, 0.0);
    ASSERT_LT(x, 1.0);
    sum += x;
  }
  EXPECT_NEAR(sum / 100000, 0.5, 0.005);
}

TEST(Rng, BelowCoversItsRangeEvenly) {
  Rng rng(2);
  std::array<int, 7> counts{};
  for (int i = 0; i < 70000; ++i) ++counts.at(rng.below(7));
  for (const int count : counts) EXPECT_NEAR(count, 10000, 500);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(rng.below(1), 0U);
  const std::uint64_t big = (1ULL << 63) + 1;  // nearly half of all draws are rejected
  for (int i = 0; i < 1000; ++i) EXPECT_LT(rng.below(big), big);
}

TEST(Rng, BetweenIncludesBothEnds) {
  Rng rng(3);
  bool low = false, high = false;
  for (int i = 0; i < 1000; ++i) {
    const std::int64_t value = rng.between(-2, 2);
    ASSERT_TRUE(value >= -2 && value <= 2);
    low |= value == -2;
    high |= value == 2;
  }
  EXPECT_TRUE(low && high);
  EXPECT_EQ(rng.between(5, 5), 5);
}

TEST(Rng, NormalHasUnitMoments) {
  Rng rng(4);
  double sum = 0, squares = 0;
  constexpr int kCount = 100000;
  for (int i = 0; i < kCount; ++i) {
    const double x = rng.normal();
    ASSERT_TRUE(std::isfinite(x));
    sum += x;
    squares += x * x;
  }
  EXPECT_NEAR(sum / kCount, 0.0, 0.02);
  EXPECT_NEAR(squares / kCount, 1.0, 0.02);
}

TEST(Rng, ShuffleKeepsElementsAndReachesEveryOrder) {
  Rng rng(5);
  std::array<int, 6> seen{};
  for (int i = 0; i < 6000; ++i) {
    std::vector<int> values = {0, 1, 2};
    rng.shuffle(values);
    const int code = values[0] * 2 + (values[1] > values[2] ? 1 : 0);
    ++seen.at(static_cast<std::size_t>(code));
    std::sort(values.begin(), values.end());
    ASSERT_EQ(values, (std::vector<int>{0, 1, 2}));
  }
  for (const int count : seen) EXPECT_NEAR(count, 1000, 150);
  std::vector<int> empty;
  rng.shuffle(empty);
  EXPECT_TRUE(empty.empty());
}

TEST(Rng, PickReturnsAnElement) {
  Rng rng(6);
  const std::vector<int> values = {4, 9};
  int nines = 0;
  for (int i = 0; i < 1000; ++i) nines += rng.pick(values) == 9;
  EXPECT_NEAR(nines, 500, 80);
}

}  // namespace
}  // namespace pixelsail
