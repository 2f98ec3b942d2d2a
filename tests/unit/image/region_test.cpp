#include "pixelsail/region.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "helpers.h"
#include "image/codec.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

/// Rows of a mask as text: "#" set, "." not.
std::vector<std::string> rows(const Mask& mask) {
  std::vector<std::string> text;
  for (int y = 0; y < mask.height; ++y) {
    text.emplace_back();
    for (int x = 0; x < mask.width; ++x) {
      text.back() += mask.at(y, x) == 1 ? '#' : '.';
    }
  }
  return text;
}

int area(const Mask& mask) {
  return std::accumulate(mask.data.begin(), mask.data.end(), 0);
}

using Rows = std::vector<std::string>;

TEST(Rasterize, IntegerBoxIsFilled) {
  EXPECT_EQ(rows(rasterize(BoxRegion{1, 0, 2, 2}, 3, 5)), (Rows{".##..", ".##..", "....."}));
  EXPECT_EQ(area(rasterize(BoxRegion{0, 0, 640, 480}, 480, 640)), 640 * 480);
}

TEST(Rasterize, FractionalBoxTakesPixelCentres) {
  EXPECT_EQ(rows(rasterize(BoxRegion{0.5, 0, 2, 1}, 1, 5)), (Rows{"##..."}));
  EXPECT_EQ(rows(rasterize(BoxRegion{0.6, 0, 2, 1}, 1, 5)), (Rows{".##.."}));
  EXPECT_EQ(rows(rasterize(BoxRegion{0.6, 0, 1.8, 1}, 1, 5)), (Rows{".#..."}));
  EXPECT_EQ(rows(rasterize(BoxRegion{3.1, 0.2, 0.2, 0.1}, 1, 5)), (Rows{"...#."})) << "at least one pixel";
}

TEST(Rasterize, BoxIsClipped) {
  EXPECT_EQ(rows(rasterize(BoxRegion{-3, -1, 5, 2}, 2, 4)), (Rows{"##..", "...."}));
  EXPECT_EQ(area(rasterize(BoxRegion{-1e8, -1e8, 5e8, 5e8}, 3, 4)), 12);
  EXPECT_THROW(rasterize(BoxRegion{4, 0, 2, 2}, 3, 4), DataError);
  EXPECT_THROW(rasterize(BoxRegion{-2, 0, 2, 2}, 3, 4), DataError);
  EXPECT_THROW(rasterize(BoxRegion{1, 1, -1, 2}, 3, 4), DataError);
}

TEST(Rasterize, PointIsOnePixel) {
  EXPECT_EQ(rows(rasterize(PointRegion{2.9, 1.0}, 2, 4)), (Rows{"....", "..#."}));
  EXPECT_THROW(rasterize(PointRegion{4, 0}, 2, 4), DataError);
  EXPECT_THROW(rasterize(PointRegion{-0.1, 0}, 2, 4), DataError);
}

TEST(Rasterize, ScribbleIsOnePixelWide) {
  EXPECT_EQ(rows(rasterize(ScribbleRegion{{{0, 0}, {3, 3}}}, 4, 4)), (Rows{"#...", ".#..", "..#.", "...#"}));
  EXPECT_EQ(rows(rasterize(ScribbleRegion{{{0, 1}, {4, 1}, {4, 3}}}, 4, 5)),
            (Rows{".....", "#####", "....#", "....#"}));
  EXPECT_EQ(rows(rasterize(ScribbleRegion{{{0, 0}, {6, 2}}}, 3, 7)), (Rows{"##.....", "..###..", ".....##"}));
  EXPECT_EQ(rows(rasterize(ScribbleRegion{{{2, 1}}}, 2, 4)), (Rows{"....", "..#."}));
  EXPECT_THROW(rasterize(ScribbleRegion{}, 4, 4), DataError);
}

/// One pixel for each step along the longer axis, each touching the last, no more than half a pixel off the
/// line.
TEST(Rasterize, LinesAreConnectedInEveryDirection) {
  for (int end_x = 0; end_x <= 20; ++end_x) {
    for (int end_y = 0; end_y <= 20; ++end_y) {
      const Mask mask = rasterize(ScribbleRegion{{{10, 10}, {end_x + 0.5, end_y + 0.25}}}, 21, 21);
      const int dx = end_x - 10, dy = end_y - 10, run = std::max(std::abs(dx), std::abs(dy));
      ASSERT_EQ(area(mask), run + 1);
      ASSERT_EQ(mask.at(10, 10), 1);
      ASSERT_EQ(mask.at(end_y, end_x), 1);
      for (int y = 0; y < 21; ++y) {
        for (int x = 0; x < 21; ++x) {
          if (mask.at(y, x) != 0 && run > 0) {
            ASSERT_LE(std::abs((x - 10) * dy - (y - 10) * dx), run / 2.0 + 1e-9);
          }
        }
      }
    }
  }
}

TEST(Rasterize, LinesFromFarAwayAreClippedNotBent) {
  const Mask all = rasterize(ScribbleRegion{{{-100, -50}, {200, 100}}}, 100, 100);
  const Mask same = rasterize(ScribbleRegion{{{-100000000, -50000000}, {200000000, 100000000}}}, 100, 100);
  EXPECT_EQ(all, same);
  EXPECT_EQ(area(all), 100);
  EXPECT_THROW(rasterize(ScribbleRegion{{{-5, -5}, {-1, 3}}}, 4, 4), DataError);
}

TEST(Rasterize, MaskMustFit) {
  Mask mask(2, 3);
  mask.at(0, 1) = 255;
  EXPECT_EQ(rows(rasterize(mask, 2, 3)), (Rows{".#.", "..."}));
  EXPECT_THROW(rasterize(mask, 3, 2), DataError);
  EXPECT_THROW(rasterize(Mask(2, 3), 2, 3), DataError) << "an empty mask covers nothing";
}

TEST(Rasterize, RefusesWhatIsNoNumber) {
  const double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
  EXPECT_THROW(rasterize(PointRegion{nan, 0}, 4, 4), DataError);
  EXPECT_THROW(rasterize(BoxRegion{0, 0, inf, 2}, 4, 4), DataError);
  EXPECT_THROW(rasterize(BoxRegion{0, 0, nan, 2}, 4, 4), DataError);
  EXPECT_THROW(rasterize(PointRegion{0, 0}, 0, 4), DataError);
}

TEST(ParseRegion, ReadsEveryKind) {
  const auto box = std::get<BoxRegion>(parse_region("box:1,2.5, 30 ,4e1"));
  EXPECT_EQ(box.x, 1);
  EXPECT_EQ(box.y, 2.5);
  EXPECT_EQ(box.width, 30);
  EXPECT_EQ(box.height, 40);
  const auto point = std::get<PointRegion>(parse_region("point:7,-3"));
  EXPECT_EQ(point.x, 7);
  EXPECT_EQ(point.y, -3);
  const auto scribble = std::get<ScribbleRegion>(parse_region("scribble:1,2,3,4,5,6"));
  ASSERT_EQ(scribble.points.size(), 3U);
  EXPECT_EQ(scribble.points[2], (std::pair<double, double>{5, 6}));

  const test::TempDir folder;
  Mask mask(4, 6);
  mask.at(3, 5) = 1;
  const auto file = folder.write("a mask, with a comma.png", encode_png(mask));
  EXPECT_EQ(std::get<Mask>(parse_region("mask:" + file.string())), mask);
}

TEST(ParseRegion, RefusesTheRest) {
  for (const char* text : {"",
                           "box",
                           "box:",
                           "box:1,2,3",
                           "box:1,2,3,4,5",
                           "box:1,2,3,x",
                           "box:1,2,,4",
                           "box:1,2,3,4,",
                           "box:1,2,0,4",
                           "box:1,2,3,-4",
                           "point:1",
                           "point:1,2,3",
                           "point:nan,2",
                           "point:inf,2",
                           "point:1e300,2",
                           "scribble:",
                           "scribble:1",
                           "scribble:1,2,3",
                           "circle:1,2,3",
                           "mask:",
                           "Box:1,2,3,4",
                           "point:0x10,2",
                           "point:1 2,3"}) {
    EXPECT_NE(
        test::message_of<ConfigError>([&] { parse_region(text); }).find(std::string("\"") + text + "\""),
        std::string::npos)
        << text;
  }
  EXPECT_THROW(parse_region("mask:/nonexistent/m.png"), DataError);
}

}  // namespace
}  // namespace pixelsail
