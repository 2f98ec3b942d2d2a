#include "metrics/meteor/meteor_aligner.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace pixelsail {
namespace {

/// {hypothesis begin, size, reference begin, size, module}; matches of one place of the reference in order.
MeteorCandidates candidates(std::size_t hypothesis_size, std::size_t reference_size,
                            std::vector<MeteorMatch> matches) {
  MeteorCandidates result;
  result.hypothesis_coverage.assign(hypothesis_size, 0);
  result.reference_coverage.assign(reference_size, 0);
  result.first.assign(reference_size + 1, 0);
  for (const MeteorMatch& match : matches) {
    for (std::size_t k = 0; k < match.hypothesis_size; ++k)
      ++result.hypothesis_coverage[match.hypothesis_begin + k];
    for (std::size_t k = 0; k < match.reference_size; ++k)
      ++result.reference_coverage[match.reference_begin + k];
    for (std::size_t place = match.reference_begin; place < reference_size; ++place)
      ++result.first[place + 1];
  }
  std::ranges::stable_sort(matches, {}, &MeteorMatch::reference_begin);
  result.matches = std::move(matches);
  return result;
}

constexpr auto kExact = MeteorModule::kExact, kStem = MeteorModule::kStem, kSynonym = MeteorModule::kSynonym,
               kParaphrase = MeteorModule::kParaphrase;

std::vector<std::uint32_t> places(const std::vector<MeteorMatch>& alignment) {
  std::vector<std::uint32_t> result;
  for (const MeteorMatch& match : alignment) result.push_back(match.hypothesis_begin);
  return result;
}
using Places = std::vector<std::uint32_t>;

TEST(MeteorAligner, NothingToMatch) {
  EXPECT_TRUE(align_meteor(candidates(3, 2, {})).empty());
  EXPECT_TRUE(align_meteor(candidates(0, 0, {})).empty());
  EXPECT_EQ(count_chunks({}), 0U);
}

TEST(MeteorAligner, MatchesThatAreAloneAreTaken) {
  const auto alignment = align_meteor(candidates(3, 3, {{2, 1, 0, 1, kStem}, {0, 1, 1, 1, kSynonym}}));
  EXPECT_EQ(places(alignment), (Places{2, 0}));
  EXPECT_EQ(count_chunks(alignment), 2U);
}

TEST(MeteorAligner, AnAmbiguousSingleWordIsWorthNothingUnlessExact) {
  // Two modules find the same pair: neither is alone, and the search gains nothing by an own chunk.
  EXPECT_TRUE(align_meteor(candidates(1, 1, {{0, 1, 0, 1, kStem}, {0, 1, 0, 1, kSynonym}})).empty());
  // Behind an exact match it costs no chunk, and of equal paths the earlier one wins.
  EXPECT_EQ(
      align_meteor(candidates(2, 2, {{0, 1, 0, 1, kExact}, {1, 1, 1, 1, kStem}, {1, 1, 1, 1, kSynonym}}))
          .size(),
      2U);
  EXPECT_EQ(align_meteor(candidates(1, 1, {{0, 1, 0, 1, kExact}, {0, 1, 0, 1, kParaphrase}})).size(), 1U);
}

TEST(MeteorAligner, APhraseOfTwoWordsCountsOne) {
  const auto phrase = align_meteor(candidates(2, 2, {{0, 2, 0, 2, kParaphrase}, {0, 2, 0, 2, kParaphrase}}));
  ASSERT_EQ(phrase.size(), 1U);
  EXPECT_EQ(phrase.front().module, kParaphrase);
  // Three words count one as well, so that two exact words win.
  const auto exact =
      align_meteor(candidates(3, 3, {{0, 3, 0, 3, kParaphrase}, {0, 1, 0, 1, kExact}, {1, 1, 1, 1, kExact}}));
  EXPECT_EQ(exact.size(), 2U);
}

TEST(MeteorAligner, FewerChunksAmongEqualMatches) {
  // Word x stands at places 0 and 2 of the hypothesis, y behind the second: "x z x y" and "x y".
  const auto alignment =
      align_meteor(candidates(4, 2, {{0, 1, 0, 1, kExact}, {2, 1, 0, 1, kExact}, {3, 1, 1, 1, kExact}}));
  EXPECT_EQ(places(alignment), (Places{2, 3}));
  EXPECT_EQ(count_chunks(alignment), 1U);
}

TEST(MeteorAligner, TheDistanceOfATakenMatchCountsForLaterPaths) {
  // Place 2 of the reference could take the word at place 2, but its distance (0) is charged to nobody and
  // the distance of the word at place 0 (2) to it.
  EXPECT_EQ(places(align_meteor(candidates(3, 3, {{0, 1, 2, 1, kExact}, {2, 1, 2, 1, kExact}}))), Places{0});
  EXPECT_EQ(places(align_meteor(candidates(3, 3, {{2, 1, 2, 1, kExact}, {0, 1, 2, 1, kExact}}))), Places{2});
}

TEST(MeteorAligner, WordsAreUsedOnce) {
  std::vector<MeteorMatch> all;
  for (std::uint32_t j = 0; j < 3; ++j) {
    for (std::uint32_t i = 0; i < 2; ++i) all.push_back({i, 1, j, 1, kExact});
  }
  const auto alignment = align_meteor(candidates(2, 3, all));
  EXPECT_EQ(places(alignment), (Places{0, 1}));
}

TEST(MeteorAligner, ChunksEndAtGapsOnEitherSide) {
  EXPECT_EQ(count_chunks({{0, 1, 0, 1, kExact}, {1, 2, 1, 1, kParaphrase}, {3, 1, 2, 1, kExact}}), 1U);
  EXPECT_EQ(count_chunks({{0, 1, 0, 1, kExact}, {1, 1, 2, 1, kExact}}), 2U);
  EXPECT_EQ(count_chunks({{0, 1, 0, 1, kExact}, {2, 1, 1, 1, kExact}}), 2U);
}

}  // namespace
}  // namespace pixelsail
