#include "image/polygon_fill.h"

#include <gtest/gtest.h>

#include <numeric>
#include <string>
#include <vector>

#include "pixelsail/error.h"

namespace pixelsail {
namespace {

/// Rows of '.' and '#'.
std::string drawn(int height, int width, const std::vector<PixelPoint>& points) {
  std::vector<std::uint8_t> values(static_cast<std::size_t>(height) * static_cast<std::size_t>(width), 0);
  fill_outlined_polygon(values, height, width, points, 7);
  std::string text;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0 && i % static_cast<std::size_t>(width) == 0) text += '/';
    text += values[i] == 7 ? '#' : values[i] == 0 ? '.' : '?';
  }
  return text;
}

TEST(FillOutlinedPolygon, TheBorderBelongsToIt) {
  EXPECT_EQ(drawn(4, 5, {{1, 1}, {3, 1}, {3, 2}, {1, 2}}), "...../.###./.###./.....");
  EXPECT_EQ(drawn(4, 4, {{0, 0}, {3, 3}, {0, 3}}), "#.../##../###./####");
}

TEST(FillOutlinedPolygon, DotsLinesAndNothing) {
  EXPECT_EQ(drawn(2, 3, {{1, 1}}), ".../.#.");
  EXPECT_EQ(drawn(2, 3, {{0, 0}, {2, 0}}), "###/...");
  EXPECT_EQ(drawn(2, 3, {}), ".../...");
}

TEST(FillOutlinedPolygon, IsClippedAndChecked) {
  EXPECT_EQ(drawn(2, 3, {{-5, -5}, {9, -5}, {9, 9}, {-5, 9}}), "###/###");
  EXPECT_EQ(drawn(2, 3, {{kMaxPolygonCoordinate, 0}, {kMaxPolygonCoordinate, 1}}), ".../...");
  EXPECT_THROW(drawn(2, 3, {{kMaxPolygonCoordinate + 1, 0}}), DataError);
  std::vector<std::uint8_t> values(5);
  EXPECT_THROW(fill_outlined_polygon(values, 2, 3, {}, 1), DataError);
}

}  // namespace
}  // namespace pixelsail
