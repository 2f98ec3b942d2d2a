#include "benchmarks/bootstrap.h"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

#include "../annotations/fixtures.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

/// The mean of `values`, one unit each.
ScoreResult mean_of(const std::vector<double>& values) {
  ScoreResult result;
  result.metrics = {"mean"};
  result.units = values.size();
  std::vector<double> rows;
  for (const double value : values) rows.insert(rows.end(), {value, 1.0});
  result.draw = additive_draw(
      2, rows, [](std::span<const double> sums) { return std::vector<double>{sums[0] / sums[1]}; });
  return result;
}

std::vector<double> ramp(std::size_t count, double offset = 0) {
  std::vector<double> values;
  for (std::size_t i = 0; i < count; ++i) values.push_back(static_cast<double>(i % 10) / 10 + offset);
  return values;
}

TEST(Bootstrap, TheIntervalOfAMeanIsTheNormalOne) {
  const std::vector<double> values = ramp(1000);  // mean 0.45, standard deviation sqrt(0.0825)
  const Interval interval = bootstrap_intervals(mean_of(values), {.resamples = 2000}).at(0);
  const double half = 1.96 * std::sqrt(0.0825 / 1000);
  EXPECT_NEAR(interval.low, 0.45 - half, 0.1 * half);
  EXPECT_NEAR(interval.high, 0.45 + half, 0.1 * half);
}

TEST(Bootstrap, SameSeedSameInterval) {
  const ScoreResult result = mean_of(ramp(50));
  const auto low = [&](std::uint64_t seed) {
    return bootstrap_intervals(result, {.resamples = 100, .seed = seed}).at(0).low;
  };
  EXPECT_EQ(low(3), low(3));
  EXPECT_NE(low(3), low(4));
}

TEST(Bootstrap, NoIntervalWithoutResamplesOrUnits) {
  EXPECT_TRUE(bootstrap_intervals(mean_of(ramp(5)), {.resamples = 0}).empty());
  EXPECT_TRUE(bootstrap_intervals(mean_of({}), {}).empty());
  ScoreResult result = mean_of(ramp(5));
  add_intervals(result, {.resamples = 0});
  EXPECT_FALSE(result.json.contains("confidence_95"));
  add_intervals(result, {.resamples = 10});
  EXPECT_EQ(result.json.at("confidence_95").at("mean").size(), 2u);
}

TEST(Bootstrap, PairsShareTheirDraws) {
  // A constant lead is the difference in every draw, however much the samples themselves vary.
  const auto differences = paired_bootstrap(mean_of(ramp(30)), mean_of(ramp(30, 0.25)), {.resamples = 200});
  EXPECT_NEAR(differences.at(0).difference.low, 0.25, 1e-12);
  EXPECT_NEAR(differences.at(0).difference.high, 0.25, 1e-12);
  EXPECT_EQ(differences.at(0).p_value, 0.0);
  const auto same = paired_bootstrap(mean_of(ramp(30)), mean_of(ramp(30)), {.resamples = 200});
  EXPECT_EQ(same.at(0).p_value, 1.0);
}

TEST(Bootstrap, StrataKeepTheirSizes) {
  ScoreResult result = mean_of(ramp(10));
  result.strata = {1, 9};
  result.draw = [](std::span<const std::uint32_t> weights) {
    double others = 0;
    for (std::size_t i = 1; i < weights.size(); ++i) others += weights[i];
    return std::vector<double>{weights[0] + 100 * others};
  };
  const Interval interval = bootstrap_intervals(result, {.resamples = 50}).at(0);
  EXPECT_EQ(interval.low, 901.0);
  EXPECT_EQ(interval.high, 901.0);
}

TEST(Bootstrap, OtherUnitsCannotBePaired) {
  EXPECT_THROW(paired_bootstrap(mean_of(ramp(3)), mean_of(ramp(4)), {}), DataError);
}

TEST(ScoreDraw, SumsTimesWeights) {
  const ScoreDraw draw = additive_draw(2, {1, 10, 2, 20, 4, 40}, [](std::span<const double> sums) {
    return std::vector<double>(sums.begin(), sums.end());
  });
  EXPECT_EQ(draw(std::vector<std::uint32_t>{1, 0, 3}), (std::vector<double>{13, 130}));
  EXPECT_EQ(draw_all(draw, 3), (std::vector<double>{7, 70}));
  EXPECT_THROW(additive_draw(2, {1, 2, 3}, {}), std::invalid_argument);
}

}  // namespace
}  // namespace pixelsail
