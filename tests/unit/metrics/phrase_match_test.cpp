#include "metrics/phrase_match.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

namespace pixelsail {
namespace {

PhraseTable alike(std::size_t predictions, std::size_t targets, double value = 1.0) {
  return {predictions, targets, [value](std::size_t, std::size_t) { return value; }};
}

TEST(MeanPairedIou, GreedyAndOnlyPairsCount) {
  // 0.9 is taken first, which leaves 0.1; the pairing 0.8 + 0.7 would be better.
  const std::vector<double> ious{0.9, 0.8, 0.7, 0.1};
  EXPECT_DOUBLE_EQ(mean_paired_iou({2, 2, ious}), 0.5);
  const std::vector<double> none{0.0, 0.0};
  EXPECT_EQ(mean_paired_iou({2, 1, none}), 0.0);
  EXPECT_EQ(mean_paired_iou({0, 3, {}}), 0.0);
  const std::vector<double> unmatched{0.6, 0.0, 0.0};
  EXPECT_DOUBLE_EQ(mean_paired_iou({3, 1, unmatched}), 0.6);
  EXPECT_THROW(mean_paired_iou({2, 2, none}), std::invalid_argument);
}

TEST(MatchPhrases, StopsAtTheFirstPairThatMisses) {
  const std::vector<double> ious{0.9, 0.0, 0.0, 0.8};
  EXPECT_EQ(match_phrases({2, 2, ious}, alike(2, 2)).found, 2);
  EXPECT_EQ(match_phrases({2, 2, ious}, alike(2, 2, 0.5)).found, 2);
  // The best pair's phrases differ: the other pair is not looked at any more.
  const PhraseTable other{2, 2, [](std::size_t p, std::size_t) { return p == 0 ? 0.49 : 1.0; }};
  EXPECT_EQ(match_phrases({2, 2, ious}, other).found, 0);
  const std::vector<double> low{0.9, 0.0, 0.0, 0.49};
  EXPECT_EQ(match_phrases({2, 2, low}, alike(2, 2)).found, 1);
}

TEST(MatchPhrases, OfEqualIousTheLowerTarget) {
  const std::vector<double> ious{0.0, 0.7, 0.7, 0.0};
  // Target 0 comes first (with prediction 1); its phrase is wrong, so nothing is found.
  const PhraseTable only_target1{2, 2, [](std::size_t, std::size_t t) { return t == 1 ? 1.0 : 0.0; }};
  EXPECT_EQ(match_phrases({2, 2, ious}, only_target1).found, 0);
  const PhraseTable only_target0{2, 2, [](std::size_t, std::size_t t) { return t == 0 ? 1.0 : 0.0; }};
  EXPECT_EQ(match_phrases({2, 2, ious}, only_target0).found, 1);
}

TEST(MatchPhrases, AMaskWithoutAPhraseVoidsTheImage) {
  const std::vector<double> ious{0.9, 0.0, 0.0, 0.8};
  const PhraseMatches matches = match_phrases({2, 2, ious}, alike(1, 2));
  EXPECT_EQ(matches.found, 0);
  EXPECT_TRUE(matches.phrase_missing);
  EXPECT_FALSE(match_phrases({2, 2, ious}, alike(2, 2)).phrase_missing);
  EXPECT_TRUE(match_phrases({2, 2, ious}, alike(2, 1)).phrase_missing);
}

}  // namespace
}  // namespace pixelsail
