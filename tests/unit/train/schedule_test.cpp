#include "train/schedule.h"

#include <gtest/gtest.h>

namespace pixelsail {
namespace {

TEST(Schedule, WarmsUpLinearlyThenFallsAsACosine) {
  const OptimizerConfig config{.lr = 1.0, .warmup_fraction = 0.1, .warmup_start_lr = 0.2, .final_lr = 0.0};
  EXPECT_DOUBLE_EQ(learning_rate(config, 0, 100), 0.2);
  EXPECT_DOUBLE_EQ(learning_rate(config, 5, 100), 0.6);
  EXPECT_DOUBLE_EQ(learning_rate(config, 10, 100), 1.0);
  EXPECT_NEAR(learning_rate(config, 55, 100), 0.5, 1e-12);
  EXPECT_NEAR(learning_rate(config, 100, 100), 0.0, 1e-12);
}

TEST(Schedule, NoWarmup) {
  const OptimizerConfig config{.lr = 2.0, .warmup_fraction = 0, .final_lr = 1.0};
  EXPECT_DOUBLE_EQ(learning_rate(config, 0, 10), 2.0);
  EXPECT_NEAR(learning_rate(config, 10, 10), 1.0, 1e-12);
}

}  // namespace
}  // namespace pixelsail
