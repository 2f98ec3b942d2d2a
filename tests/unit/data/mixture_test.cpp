#include "data/mixture.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <numeric>

#include "fixtures.h"
#include "io/json.h"

namespace pixelsail {
namespace {

TEST(Mixture, SharesFollowTheWeights) {
  Mixture mixture({3, 0, 1, 0.02}, {1000, 10, 70, 5}, 42);
  std::vector<std::int64_t> counts(4, 0);
  constexpr std::int64_t kItems = 40 * Mixture::kBlock;
  for (std::int64_t n = 0; n < kItems; ++n) ++counts[mixture.at(n).dataset];
  EXPECT_EQ(counts[1], 0);
  EXPECT_NEAR(static_cast<double>(counts[0]), kItems * 3 / 4.02, 20);
  EXPECT_NEAR(static_cast<double>(counts[2]), kItems * 1 / 4.02, 20);
  EXPECT_NEAR(static_cast<double>(counts[3]), kItems * 0.02 / 4.02, 20);
}

/// The published trainings: what is drawn of each data set is its share, within four standard deviations of 10^5
/// independent choices.
TEST(Mixture, PublishedSharesAreDrawn) {
  const Json trainings =
      read_json(std::filesystem::path(PIXELSAIL_SOURCE_DIR) / "tests/golden/mix/shares.json");
  EXPECT_GE(trainings.size(), 10U);
  for (const auto& [name, training] : trainings.items()) {
    std::vector<double> weights;
    for (const auto& [kind, share] : training.at("shares").items()) weights.push_back(share.get<double>());
    constexpr std::int64_t kDraws = 100000;
    Mixture mixture(weights, std::vector<std::int64_t>(weights.size(), 1000), 11);
    Rng rng(12, "draws");
    std::vector<double> planned(weights.size()), replacing(weights.size());
    for (std::int64_t place = 0; place < kDraws; ++place) {
      ++planned[mixture.at(place).dataset];
      ++replacing[mixture.draw(place, rng).dataset];
    }
    for (std::size_t d = 0; d < weights.size(); ++d) {
      const double mean = kDraws * weights[d], sigma = std::sqrt(mean * (1 - weights[d]));
      EXPECT_NEAR(planned[d], mean, 4 * sigma + 1e-6) << name << " " << d;
      EXPECT_NEAR(replacing[d], mean, 4 * sigma + 1e-6) << name << " " << d;
    }
  }
}

TEST(Mixture, EveryEpochTakesEverySampleOnce) {
  Mixture mixture({1, 2}, {7, 300}, 1);
  std::vector<std::vector<std::int64_t>> drawn(2);
  for (std::int64_t n = 0; n < 3000; ++n) {
    const auto item = mixture.at(n);
    drawn[item.dataset].push_back(item.index);
  }
  for (const std::size_t d : {0u, 1u}) {
    const std::size_t size = d == 0 ? 7 : 300;
    std::vector<std::vector<std::int64_t>> epochs;
    for (std::size_t begin = 0; begin + size <= drawn[d].size(); begin += size) {
      std::vector<std::int64_t> epoch(drawn[d].begin() + static_cast<std::ptrdiff_t>(begin),
                                      drawn[d].begin() + static_cast<std::ptrdiff_t>(begin + size));
      epochs.push_back(epoch);
      std::ranges::sort(epoch);
      std::vector<std::int64_t> all(size);
      std::iota(all.begin(), all.end(), 0);
      ASSERT_EQ(epoch, all);
    }
    ASSERT_GE(epochs.size(), 5u);
    EXPECT_NE(epochs[0], epochs[1]);
    EXPECT_FALSE(std::ranges::is_sorted(epochs[0]));
  }
}

TEST(Mixture, AnyPlaceWithoutThoseBefore) {
  Mixture in_order({1, 0.3, 2}, {50, 9, 400}, 7);
  std::vector<Mixture::Item> items;
  for (std::int64_t n = 0; n < 2000; ++n) items.push_back(in_order.at(n));
  Mixture jumping({1, 0.3, 2}, {50, 9, 400}, 7);
  for (const std::size_t n : {1999u, 3u, 700u, 699u, 0u, 1500u, 256u, 255u}) {
    EXPECT_EQ(jumping.at(static_cast<std::int64_t>(n)), items[n]) << n;
  }
  Mixture other({1, 0.3, 2}, {50, 9, 400}, 8);
  int same = 0;
  for (std::int64_t n = 0; n < 2000; ++n) same += other.at(n) == items[static_cast<std::size_t>(n)];
  EXPECT_LT(same, 200);
}

TEST(Mixture, ADataSetJoinsWhereItIsToldTo) {
  constexpr std::int64_t kStart = 2 * Mixture::kBlock;
  Mixture mixture({1, 1}, {30, 40}, 3, {0, kStart});
  std::int64_t later = 0;
  for (std::int64_t place = 0; place < 4 * Mixture::kBlock; ++place) {
    const Mixture::Item item = mixture.at(place);
    if (place < kStart) {
      EXPECT_EQ(item.dataset, 0U) << place;
    } else {
      later += item.dataset == 1 ? 1 : 0;
    }
  }
  EXPECT_EQ(later, Mixture::kBlock);  // half of two blocks
  EXPECT_THROW(Mixture({1, 1}, {30, 40}, 3, {5, kStart}), ConfigError);
}

TEST(Mixture, DrawsByTheWeightsAndOnlyWhatHasBegun) {
  const std::vector<std::int64_t> sizes{50, 10, 7, 5, 9};
  const Mixture mixture({3, 0, 1, 2, 0}, sizes, 5, {0, 0, 0, Mixture::kBlock, 0});
  for (const std::int64_t place : {std::int64_t{3}, Mixture::kBlock + 3}) {
    std::vector<int> counts(5, 0);
    Rng rng(1);
    for (int i = 0; i < 6000; ++i) {
      const Mixture::Item item = mixture.draw(place, rng);
      ++counts[item.dataset];
      EXPECT_LT(item.index, sizes[item.dataset]);
    }
    const bool later = place > Mixture::kBlock;
    EXPECT_EQ(counts[1] + counts[4], 0);
    EXPECT_NEAR(counts[0], later ? 3000 : 4500, 200);
    EXPECT_NEAR(counts[3], later ? 2000 : 0, later ? 200 : 0);
  }
}

TEST(Mixture, RefusesImpossibleWeights) {
  EXPECT_THROW(Mixture({0, 0}, {1, 1}, 1), ConfigError);
  EXPECT_THROW(Mixture({}, {}, 1), ConfigError);
  EXPECT_THROW(Mixture({-1, 2}, {1, 1}, 1), ConfigError);
  EXPECT_THROW(Mixture({1, std::numeric_limits<double>::quiet_NaN()}, {1, 1}, 1), ConfigError);
  EXPECT_THROW(Mixture({1, std::numeric_limits<double>::infinity()}, {1, 1}, 1), ConfigError);
  EXPECT_THROW(Mixture({1, 1}, {1, 0}, 1), ConfigError);
  EXPECT_NO_THROW(Mixture({1, 0}, {1, 0}, 1));
}

}  // namespace
}  // namespace pixelsail
