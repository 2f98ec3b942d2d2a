#include "image/draw.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "helpers.h"
#include "image/contact_sheet.h"
#include "image/text.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

Mask box(int height, int width, int top, int left, int bottom, int right) {
  Mask mask(height, width);
  for (int y = top; y < bottom; ++y) {
    std::fill_n(mask.data.begin() + y * width + left, right - left, std::uint8_t{1});
  }
  return mask;
}

TEST(ItemColor, StaysDistinct) {
  for (std::size_t i = 0; i < 24; ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const Color a = item_color(i), b = item_color(j);
      EXPECT_GT(std::abs(a.red - b.red) + std::abs(a.green - b.green) + std::abs(a.blue - b.blue), 8)
          << i << " " << j;
    }
  }
}

TEST(DrawOverlay, TintsInsideOnly) {
  const Image gray = blank_image(60, 80, {100, 100, 100});
  const Image drawn = draw_overlay(gray, {box(60, 80, 20, 20, 40, 50)}, 0.5);
  const Color expected = blend({100, 100, 100}, item_color(0), 0.5);
  EXPECT_EQ(drawn.pixel(30, 35)[0], expected.red);
  EXPECT_EQ(drawn.pixel(30, 35)[1], expected.green);
  EXPECT_EQ(drawn.pixel(30, 35)[2], expected.blue);
  EXPECT_EQ(drawn.pixel(5, 5)[0], 100);
  EXPECT_NE(drawn.pixel(30, 20)[0], expected.red) << "the outline";
  const Image outlined = draw_overlay(gray, {box(60, 80, 20, 20, 40, 50)}, 0.0);
  EXPECT_EQ(outlined.pixel(30, 35)[0], 100);
  EXPECT_NE(outlined.pixel(30, 20)[0], 100);
}

TEST(DrawOverlay, EdgeCases) {
  const Image image = test::noise_image(10, 12, 1);
  EXPECT_EQ(draw_overlay(image, std::vector<Mask>{}), image);
  EXPECT_EQ(draw_overlay(image, {Mask(10, 12)}), image) << "an empty mask changes nothing";
  EXPECT_NE(draw_overlay(image, {box(10, 12, 0, 0, 10, 12)}), image);
  EXPECT_THROW(draw_overlay(image, {Mask(12, 10)}), DataError);
}

TEST(Paste, CutsOff) {
  Image canvas = blank_image(4, 4, {0, 0, 0});
  const Image white = blank_image(3, 3, {255, 255, 255});
  paste(canvas, white, -1, 2);
  paste(canvas, white, 10, 10);
  paste(canvas, white, -3, -3);
  int count = 0;
  for (int y = 0; y < 4; ++y) {
    for (int x = 0; x < 4; ++x) {
      const bool inside = x < 2 && y >= 2;
      EXPECT_EQ(canvas.pixel(y, x)[1], inside ? 255 : 0);
      count += inside ? 1 : 0;
    }
  }
  EXPECT_EQ(count, 4);
}

TEST(ScaleForDisplay, KeepsMasksBinary) {
  const Mask scaled = scale_for_display(box(8, 8, 2, 2, 6, 6), 32, 32);
  EXPECT_EQ(scaled.at(16, 16), 1);
  EXPECT_EQ(scaled.at(2, 2), 0);
  EXPECT_NEAR(static_cast<double>(std::count(scaled.data.begin(), scaled.data.end(), 1)), 256, 20);
}

TEST(Text, WrapsAtSpaces) {
  const TextStyle style;
  const std::string text = "the small striped disc left of the blue star";
  const std::vector<std::string> lines = wrap_text(text, 150, 10, style);
  ASSERT_GT(lines.size(), 1U);
  std::string joined;
  for (const std::string& line : lines) {
    EXPECT_LE(text_width(line, style), 150);
    joined += (joined.empty() ? "" : " ") + line;
  }
  EXPECT_EQ(joined, text);
  EXPECT_EQ(wrap_text(text, 10000, 2, style), std::vector<std::string>{text});
  EXPECT_TRUE(wrap_text("  ", 100, 2, style).empty());
}

TEST(Text, LongTextsEndInDots) {
  const std::vector<std::string> lines =
      wrap_text("the small striped disc left of the blue star", 150, 2, {});
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_TRUE(lines[1].ends_with("..."));
  EXPECT_LE(text_width(lines[1], {}), 150);
  for (const std::string& part : wrap_text(std::string(300, 'w'), 100, 50, {})) {
    EXPECT_LE(text_width(part, {}), 100);
  }
  EXPECT_EQ(wrap_text("caf\xC3\xA9 \xE7\x8C\xAB", 1000, 1, {}), std::vector<std::string>{"caf? ?"});
}

TEST(Text, IsDrawnWhereAsked) {
  Image canvas = blank_image(60, 200, {255, 255, 255});
  draw_text(canvas, "Hill", 40, 40, {.size = 12});
  int left = 200, right = 0, top = 60, bottom = 0;
  for (int y = 0; y < 60; ++y) {
    for (int x = 0; x < 200; ++x) {
      if (canvas.pixel(y, x)[0] < 128) {
        left = std::min(left, x), right = std::max(right, x), top = std::min(top, y),
        bottom = std::max(bottom, y);
      }
    }
  }
  EXPECT_NEAR(left, 41, 2);
  EXPECT_NEAR(bottom, 40, 2);
  EXPECT_NEAR(top, 28, 2);
  EXPECT_NEAR(right, 40 + text_width("Hill", {.size = 12}), 5);
  draw_text(canvas, "outside", -500, 500, {});
}

TEST(ContactSheet, HasRoomForEveryCell) {
  const Image image = test::noise_image(64, 128, 2);
  SheetCell cell{"the disc", image, box(64, 128, 5, 5, 30, 30), box(64, 128, 5, 5, 30, 40)};
  const Image one = contact_sheet({cell}, 3);
  const Image two = contact_sheet({cell, cell}, 2);
  const Image column = contact_sheet({cell, cell, cell}, 1);
  EXPECT_GT(one.width, 3 * 2 * 128) << "small pictures are enlarged";
  EXPECT_GT(two.width, 2 * one.width - 100);
  EXPECT_EQ(two.height, one.height);
  EXPECT_EQ(column.width, one.width);
  EXPECT_GT(column.height, 3 * one.height - 200);
  EXPECT_EQ(contact_sheet({cell}, 1), one) << "the same input, the same bytes";
}

TEST(ContactSheet, ShowsAnswersWithoutATruth) {
  const Image image = test::noise_image(64, 128, 2);
  SheetCell cell{.title = "the disc",
                 .image = image,
                 .truth = {},
                 .prediction = box(64, 128, 5, 5, 30, 40),
                 .answer = "It is [SEG]."};
  const Image sheet = contact_sheet({cell}, 1, SheetKind::kAnswers);
  EXPECT_LT(sheet.width, contact_sheet({cell}, 1).width) << "no panel for a truth that nobody knows";
  cell.truth = box(64, 128, 5, 5, 30, 30);
  EXPECT_EQ(contact_sheet({cell}, 1, SheetKind::kAnswers), sheet) << "nor a score";
  cell.answer = "No target [SEG].";
  EXPECT_NE(contact_sheet({cell}, 1, SheetKind::kAnswers), sheet);
}

TEST(ContactSheet, TakesMissingMasksAndRefusesWrongOnes) {
  const Image image = test::noise_image(30, 20, 2);
  EXPECT_NO_THROW(contact_sheet({{"nothing", image, std::nullopt, Mask(30, 20)}, {"", image, {}, {}}}, 2));
  EXPECT_THROW(contact_sheet({}, 2), DataError);
  EXPECT_THROW(contact_sheet({{"x", image, {}, {}}}, 0), DataError);
  EXPECT_THROW(contact_sheet({{"x", image, Mask(20, 30), {}}}, 1), DataError);
  EXPECT_THROW(contact_sheet({{"x", Image(), {}, {}}}, 1), DataError);
}

}  // namespace
}  // namespace pixelsail
