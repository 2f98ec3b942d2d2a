#include "train/schedule.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace pixelsail {
namespace {

TEST(Schedule, WarmsUpFromAFactorThenFallsAsACosine) {
  const OptimizerConfig config{
      .lr = 2.0, .warmup_fraction = 0.11, .warmup_start_factor = 0.2, .final_lr = 0.0};
  // Places 0 to 10 warm up: both ends are reached.
  EXPECT_DOUBLE_EQ(learning_rate(config, 0, 100), 0.4);
  EXPECT_DOUBLE_EQ(learning_rate(config, 5, 100), 1.2);
  EXPECT_DOUBLE_EQ(learning_rate(config, 10, 100), 2.0);
  EXPECT_DOUBLE_EQ(learning_rate(config, 11, 100), 2.0);
  EXPECT_NEAR(learning_rate(config, 11 + 89 / 2, 100), 2.0 * 0.5 * (1 + std::cos(std::numbers::pi * 44 / 89)),
              1e-12);
  EXPECT_GT(learning_rate(config, 99, 100), 0.0);
}

TEST(Schedule, TheDefaultIsThePublishedRecipe) {
  // mmengine's LinearLR(start_factor=1e-5) and CosineAnnealingLR of 800 micro-batches, 8 an update.
  const OptimizerConfig config;
  EXPECT_NEAR(learning_rate_of_update(config, 7, 800, 8), 7.179815384615386e-06, 1e-15);
  EXPECT_NEAR(learning_rate_of_update(config, 39, 800, 8), 4e-5, 1e-15);
  EXPECT_NEAR(learning_rate_of_update(config, 799, 800, 8), 1.708724090621062e-10, 1e-18);
}

TEST(Schedule, TheOlderKeyIsARate) {
  const OptimizerConfig config{
      .lr = 1.0, .warmup_fraction = 0.11, .warmup_start_factor = 0.5, .warmup_start_lr = 0.2};
  EXPECT_DOUBLE_EQ(learning_rate(config, 0, 100), 0.2);
  EXPECT_DOUBLE_EQ(learning_rate(config, 5, 100), 0.6);
}

TEST(Schedule, NoWarmupAndOneOfASinglePlace) {
  const OptimizerConfig none{.lr = 2.0, .warmup_fraction = 0, .final_lr = 1.0};
  EXPECT_DOUBLE_EQ(learning_rate(none, 0, 10), 2.0);
  EXPECT_NEAR(learning_rate(none, 5, 10), 1.5, 1e-12);
  const OptimizerConfig single{.lr = 2.0, .warmup_fraction = 0.1, .warmup_start_factor = 0.25};
  EXPECT_DOUBLE_EQ(learning_rate(single, 0, 10), 0.5);
  EXPECT_DOUBLE_EQ(learning_rate(single, 1, 10), 2.0);
}

TEST(Schedule, UnitsAreMicroBatchesOrUpdates) {
  OptimizerConfig config{.lr = 1.0, .warmup_fraction = 0.2, .warmup_start_factor = 0.1};
  for (std::int64_t update = 0; update < 25; ++update) {
    const std::int64_t last = update * 4 + 3;
    EXPECT_DOUBLE_EQ(learning_rate_of_update(config, last, 100, 4), learning_rate(config, last, 100));
  }
  config.schedule_unit = "update";
  for (std::int64_t update = 0; update < 25; ++update)
    EXPECT_DOUBLE_EQ(learning_rate_of_update(config, update * 4 + 3, 100, 4),
                     learning_rate(config, update, 25));
  // A last, shorter group is an update too.
  EXPECT_DOUBLE_EQ(learning_rate_of_update(config, 100, 101, 4), learning_rate(config, 25, 26));
}

}  // namespace
}  // namespace pixelsail
