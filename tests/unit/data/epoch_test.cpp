// How many samples an epoch of a mixture has.

#include "data/epoch.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "data/mixture.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

std::vector<DatasetConfig> with_weights(const std::vector<double>& weights) {
  std::vector<DatasetConfig> datasets;
  for (const double weight : weights) datasets.push_back({.kind = "folder", .weight = weight});
  return datasets;
}

TEST(Epoch, OfOneDataSetIsItsSize) {
  EXPECT_DOUBLE_EQ(samples_of_epochs(with_weights({1}), std::vector<std::int64_t>{120}, 1), 120);
  EXPECT_DOUBLE_EQ(samples_of_epochs(with_weights({0.25}), std::vector<std::int64_t>{120}, 2.5), 300);
}

/// Copies x records, as the published recipes count: the sum of the weights is one epoch of the set with one copy.
TEST(Epoch, OfARecipeIsTheSumOfItsWeights) {
  const std::vector<std::int64_t> sizes{1000, 50, 300};
  EXPECT_NEAR(samples_of_epochs(with_weights({1000, 4 * 50, 2 * 300}), sizes, 1), 1800, 1e-9);
}

TEST(Epoch, EveryDataSetIsGoneThrough) {
  const std::vector<std::int64_t> sizes{10, 1000, 1};
  const std::vector<DatasetConfig> datasets = with_weights({1, 1, 0});
  EXPECT_NEAR(samples_of_epochs(datasets, sizes, 1), 2000, 1e-9);
  // The stream itself: all samples of the larger set have been visited then, up to the rounding of a block.
  Mixture mixture({1, 1, 0}, sizes, 7);
  std::vector<bool> seen(1000);
  for (std::int64_t place = 0; place < 2000 + Mixture::kBlock; ++place) {
    const Mixture::Item item = mixture.at(place);
    if (item.dataset == 1) seen[static_cast<std::size_t>(item.index)] = true;
  }
  EXPECT_EQ(std::count(seen.begin(), seen.end(), false), 0);
}

/// A data set that joins at sample 300 is drawn from block 512 on, where it gets two thirds.
TEST(Epoch, CountsFromWhereADataSetJoins) {
  std::vector<DatasetConfig> datasets = with_weights({1, 2});
  datasets[1].start_sample = 300;
  EXPECT_NEAR(samples_of_epochs(datasets, std::vector<std::int64_t>{10, 600}, 1), 512 + 600 * 3 / 2.0, 1e-9);
  // The first alone for 512 places, then a third of them.
  EXPECT_NEAR(samples_of_epochs(datasets, std::vector<std::int64_t>{612, 6}, 1), 512 + 100 * 3, 1e-9);
}

TEST(Epoch, OfNothingIsAnError) {
  EXPECT_THROW(samples_of_epochs(with_weights({0}), std::vector<std::int64_t>{5}, 1), ConfigError);
  std::vector<DatasetConfig> late = with_weights({1});
  late[0].start_sample = 1;
  EXPECT_THROW(samples_of_epochs(late, std::vector<std::int64_t>{5}, 1), ConfigError);
}

}  // namespace
}  // namespace pixelsail
