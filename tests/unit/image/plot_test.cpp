#include "image/plot.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "image/draw.h"
#include "image/plot_axis.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

TEST(LinearAxis, TicksAreRound) {
  const detail::Axis axis = detail::linear_axis(0.03, 0.97, 5, true);
  EXPECT_DOUBLE_EQ(axis.low, 0);
  EXPECT_DOUBLE_EQ(axis.high, 1);
  ASSERT_EQ(axis.ticks.size(), 6U);
  EXPECT_NEAR(axis.ticks[1], 0.2, 1e-12);
  const detail::Axis fixed = detail::linear_axis(1, 2100, 8, false);
  EXPECT_EQ(fixed.low, 1);
  EXPECT_EQ(fixed.high, 2100);
  EXPECT_EQ(fixed.ticks, (std::vector<double>{500, 1000, 1500, 2000}));
  EXPECT_NEAR(fixed.position(1050.5), 0.5, 1e-12);
}

TEST(LinearAxis, OneValueGetsRoom) {
  for (const double value : {0.0, 5.0, -3.0}) {
    const detail::Axis axis = detail::linear_axis(value, value, 5, true);
    EXPECT_LT(axis.low, value);
    EXPECT_GT(axis.high, value);
    EXPECT_GE(axis.ticks.size(), 2U);
  }
}

TEST(LogAxis, EndsAndTicks) {
  const detail::Axis axis = detail::log_axis(0.03, 4.0);
  EXPECT_NEAR(axis.low, 0.02, 1e-12);
  EXPECT_NEAR(axis.high, 5, 1e-12);
  EXPECT_EQ(axis.ticks.size(), 8U);
  EXPECT_NEAR(axis.position(std::sqrt(0.1)), 0.5, 1e-9);
  const detail::Axis wide = detail::log_axis(1e-6, 10);
  EXPECT_EQ(wide.ticks.size(), 8U) << "whole powers only";
  const detail::Axis single = detail::log_axis(1, 1);
  EXPECT_LT(single.low, single.high);
}

TEST(TickLabel, IsShort) {
  EXPECT_EQ(detail::tick_label(0.05), "0.05");
  EXPECT_EQ(detail::tick_label(0), "0");
  EXPECT_EQ(detail::tick_label(2000), "2000");
  EXPECT_EQ(detail::tick_label(25000), "25k");
  EXPECT_EQ(detail::tick_label(1500000), "1.5M");
  EXPECT_EQ(detail::tick_label(0.1 + 0.2), "0.3");
}

int count_color(const Image& image, Color color) {
  int count = 0;
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      const std::uint8_t* p = image.pixel(y, x);
      count += p[0] == color.red && p[1] == color.green && p[2] == color.blue ? 1 : 0;
    }
  }
  return count;
}

TEST(PlotCurves, DrawsEveryCurve) {
  Curve flat{"flat", {}, {}}, steep{"steep", {}, {}};
  for (int i = 1; i <= 300; ++i) {
    flat.x.push_back(i), flat.y.push_back(1);
    steep.x.push_back(i), steep.y.push_back(3.0 * i / 300);
  }
  for (const bool log_y : {false, true}) {
    const Image image = plot_curves({flat, steep}, "Title", "step", {.y_label = "loss", .log_y = log_y});
    EXPECT_EQ(image.width, 1000);
    EXPECT_EQ(image.height, 600);
    EXPECT_GT(count_color(image, item_color(0)), 800);
    EXPECT_GT(count_color(image, item_color(1)), 200);
    EXPECT_EQ(image, plot_curves({flat, steep}, "Title", "step", {.y_label = "loss", .log_y = log_y}));
  }
}

TEST(PlotCurves, SurvivesGapsAndNothing) {
  const double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
  EXPECT_NO_THROW(plot_curves({}, "empty", "step"));
  EXPECT_NO_THROW(plot_curves({{"none", {}, {}}}, "empty", "step", {.log_y = true}));
  EXPECT_NO_THROW(
      plot_curves({{"gaps", {1, 2, nan, 4}, {nan, inf, 3, -1}}}, "gaps", "step", {.log_y = true}));
  EXPECT_NO_THROW(plot_curves({{"one", {5}, {0}}}, "one", "step", {.smoothing = 0}));
  EXPECT_THROW(plot_curves({{"odd", {1, 2}, {1}}}, "odd", "step"), DataError);
  EXPECT_THROW(plot_curves({}, "tiny", "step", {.width = 20}), DataError);
}

}  // namespace
}  // namespace pixelsail
