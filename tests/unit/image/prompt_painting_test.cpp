#include "image/prompt_painting.h"

#include <gtest/gtest.h>

#include "pixelsail/error.h"

namespace pixelsail {
namespace {

/// A rectangle of a 64 x 48 picture, 4 x 3 patches of 16 pixels.
Mask rectangle(int x, int y, int width, int height) {
  Mask mask(48, 64);
  for (int row = y; row < y + height; ++row) {
    for (int column = x; column < x + width; ++column) mask.at(row, column) = 1;
  }
  return mask;
}

using Numbers = std::vector<std::int64_t>;

TEST(PaintRegions, EachRegionHasItsOwnNumber) {
  // Regions 0 and 2 were left out: what is painted are 1 and 3.
  const std::vector<PromptRegion> regions{{1, rectangle(0, 0, 16, 16)}, {3, rectangle(48, 32, 16, 16)}};
  const Numbers expected{1, -2, -2, -2, -2, -2, -2, -2, -2, -2, -2, 3};
  EXPECT_EQ(paint_regions(regions, {}, PaintOrder::kGiven), expected);
  EXPECT_EQ(paint_regions(regions, {}, PaintOrder::kLargeFirst), expected);
}

TEST(PaintRegions, TheOrderDecidesWhatIsSeen) {
  const std::vector<PromptRegion> regions{{0, rectangle(0, 0, 16, 16)}, {1, rectangle(0, 0, 64, 16)}};
  EXPECT_EQ(paint_regions(regions, {}, PaintOrder::kGiven),
            (Numbers{1, 1, 1, 1, -2, -2, -2, -2, -2, -2, -2, -2}));
  EXPECT_EQ(paint_regions(regions, {}, PaintOrder::kLargeFirst),
            (Numbers{0, 1, 1, 1, -2, -2, -2, -2, -2, -2, -2, -2}));
  // Equal areas keep their order: the last wins.
  const std::vector<PromptRegion> equal{{7, rectangle(0, 0, 32, 16)}, {4, rectangle(16, 0, 32, 16)}};
  EXPECT_EQ(paint_regions(equal, {}, PaintOrder::kLargeFirst),
            (Numbers{7, 4, 4, -2, -2, -2, -2, -2, -2, -2, -2, -2}));
}

TEST(PaintRegions, AreasAreCountedInPixels) {
  // Both touch one patch; the one with fewer pixels stays visible.
  const std::vector<PromptRegion> regions{{0, rectangle(2, 2, 3, 3)}, {1, rectangle(1, 1, 10, 10)}};
  EXPECT_EQ(paint_regions(regions, {}, PaintOrder::kLargeFirst)[0], 0);
}

TEST(PaintRegions, NothingToPaintAndMasksThatDoNotBelongTogether) {
  EXPECT_TRUE(paint_regions({}, {}, PaintOrder::kGiven).empty());
  const std::vector<PromptRegion> regions{{0, rectangle(0, 0, 16, 16)}, {1, Mask(10, 10)}};
  EXPECT_THROW(paint_regions(regions, {}, PaintOrder::kGiven), DataError);
}

}  // namespace
}  // namespace pixelsail
