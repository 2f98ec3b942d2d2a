#include "metrics/segmentation_score.h"

#include <gtest/gtest.h>

namespace pixelsail {
namespace {

MaskOverlap overlap(std::int64_t intersection, std::int64_t union_pixels) {
  return {.intersection = intersection,
          .union_pixels = union_pixels,
          .predicted = union_pixels,
          .target = union_pixels};
}

TEST(PlainScore, FollowsTheFormulas) {
  SegmentationScorer scorer;
  scorer.add({.overlap = overlap(3, 4)});
  scorer.add({.overlap = overlap(0, 10)});
  scorer.add({.overlap = overlap(0, 0)});
  const SegmentationScore score = scorer.result();
  EXPECT_EQ(score.samples, 3);
  EXPECT_DOUBLE_EQ(score.ciou, 3.0 / (14.0 + 1e-10));
  EXPECT_DOUBLE_EQ(score.giou, (3.0 / (4.0 + 1e-5) + 0.0 + 1.0) / 3.0);
  const std::array<double, 5> expected{2.0 / 3, 2.0 / 3, 2.0 / 3, 1.0 / 3, 1.0 / 3};
  EXPECT_EQ(score.precision, expected);
}

TEST(PlainScore, ThresholdIsReachedByEquality) {
  for (std::int64_t tenths = 5; tenths <= 9; ++tenths) {
    SegmentationScorer scorer;
    scorer.add({.overlap = overlap(tenths * 7, 70)});
    const SegmentationScore score = scorer.result();
    for (std::int64_t k = 5; k <= 9; ++k) {
      EXPECT_EQ(score.precision[static_cast<std::size_t>(k - 5)], tenths >= k ? 1.0 : 0.0)
          << tenths << ' ' << k;
    }
  }
}

TEST(PlainScore, NothingIsZero) {
  const SegmentationScore score = SegmentationScorer().result();
  EXPECT_EQ(score.samples, 0);
  EXPECT_EQ(score.ciou, 0.0);
  EXPECT_EQ(score.giou, 0.0);
  EXPECT_EQ(score.precision[0], 0.0);
}

TEST(NoTargetScore, FourCases) {
  SegmentationScorer scorer(ScoreRule::kNoTarget);
  scorer.add({.overlap = {}, .target_is_none = true, .predicted_none = true});  // right: IoU 1, no pixels
  scorer.add({.overlap = overlap(0, 20),
              .target_is_none = true,
              .predicted_none = false});  // said something where nothing is
  scorer.add({.overlap = overlap(5, 30),
              .target_is_none = false,
              .predicted_none = true});  // said nothing: the intersection does not count, the union does
  scorer.add({.overlap = overlap(40, 50), .target_is_none = false, .predicted_none = false});
  const SegmentationScore score = scorer.result();
  EXPECT_DOUBLE_EQ(score.ciou, 40.0 / 100.0);
  EXPECT_DOUBLE_EQ(score.giou, (1.0 + 0.0 + 0.0 + 0.8) / 4);
  EXPECT_DOUBLE_EQ(score.n_acc, 0.5);
  EXPECT_DOUBLE_EQ(score.t_acc, 0.5);
  EXPECT_EQ(score.no_target_samples, 2);
  // Of the two targeted samples, one reaches 0.8 and none 0.9.
  const std::array<double, 5> expected{0.5, 0.5, 0.5, 0.5, 0.0};
  EXPECT_EQ(score.precision, expected);
}

TEST(NoTargetScore, TinyPredictionsTakenForNoneAddNothing) {
  SegmentationScorer scorer(ScoreRule::kNoTarget);
  scorer.add({.overlap = overlap(0, 3), .target_is_none = true, .predicted_none = true});
  scorer.add({.overlap = overlap(1, 1), .target_is_none = false, .predicted_none = false});
  EXPECT_DOUBLE_EQ(scorer.result().ciou, 1.0);
}

TEST(NoTargetScore, EmptyTargetedSampleIsNoHit) {
  SegmentationScorer scorer(ScoreRule::kNoTarget);
  scorer.add({.overlap = {}, .target_is_none = false, .predicted_none = false});
  EXPECT_EQ(scorer.result().giou, 0.0);
  EXPECT_EQ(scorer.result().ciou, 0.0);
  EXPECT_EQ(scorer.result().n_acc, 0.0);
}

TEST(NoTarget, DecidedByMaskAndPixels) {
  EXPECT_TRUE(predicts_no_target(false, 0, 0));
  EXPECT_TRUE(predicts_no_target(true, 0, 0));
  EXPECT_FALSE(predicts_no_target(true, 1, 0));
  EXPECT_TRUE(predicts_no_target(true, 49, 50));
  EXPECT_FALSE(predicts_no_target(true, 50, 50));
}

}  // namespace
}  // namespace pixelsail
