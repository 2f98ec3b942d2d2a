#include "metrics/overlap.h"

#include <gtest/gtest.h>

#include <vector>

#include "pixelsail/error.h"

namespace pixelsail {
namespace {

using Values = std::vector<std::uint8_t>;

TEST(Overlap, CountsBinaryMasks) {
  const MaskOverlap counts = count_overlap(Values{0, 1, 1, 0, 1}, Values{0, 1, 0, 1, 1});
  EXPECT_EQ(counts, (MaskOverlap{.intersection = 2, .union_pixels = 4, .predicted = 3, .target = 3}));
  EXPECT_DOUBLE_EQ(counts.iou(), 0.5);
}

TEST(Overlap, EmptyMasksAgree) {
  EXPECT_DOUBLE_EQ(count_overlap(Values(4, 0), Values(4, 0)).iou(), 1.0);
  EXPECT_DOUBLE_EQ(count_overlap(Values(4, 0), Values{0, 0, 1, 0}).iou(), 0.0);
}

TEST(Overlap, IgnoredPixelsCountNowhere) {
  EXPECT_EQ(count_overlap(Values{255, 255, 1, 0}, Values{1, 0, 1, 1}),
            (MaskOverlap{.intersection = 1, .union_pixels = 2, .predicted = 2, .target = 1}));
}

TEST(Overlap, SummedPolygonsCountAsPredictedOnly) {
  // Value 2: two polygons lie there. Predicted (first) it makes the union larger, not predicted (last) it is
  // nowhere.
  EXPECT_EQ(count_overlap(Values{2, 1, 0, 3}, Values{1, 1, 0, 0}),
            (MaskOverlap{.intersection = 1, .union_pixels = 2, .predicted = 2, .target = 1}));
}

TEST(Overlap, AnyNonZeroPredictionIsSet) {
  EXPECT_EQ(count_overlap(Values{1}, Values{255}).intersection, 1);
}

TEST(Overlap, SizesMustAgree) {
  EXPECT_THROW(count_overlap(Values{0, 1}, Values{0}), DataError);
}

}  // namespace
}  // namespace pixelsail
