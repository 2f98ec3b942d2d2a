#include "metrics/meteor/meteor_score.h"

#include "meteor_fixture.h"

namespace pixelsail {
namespace {

using test::expect_error_with;
using test::MeteorFolder;
using test::score_of;
using Segments = std::vector<MeteorSegment>;

constexpr double kTolerance = 1e-12;

std::string times(const std::string& word, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += word + " ";
  return text;
}

TEST(MeteorScore, IsThatOfTheOriginalProgram) {
  // Computed by the Java program; its data says about these words what the small files say.
  const MeteorFolder folder;
  const MeteorData data = folder.load();
  EXPECT_NEAR(score_of(data, "the cat was sat on the mat", "the cat sat on the mat"), 0.5119556177223324,
              kTolerance);
  EXPECT_NEAR(score_of(data, "d c b a", "a b c d"), 0.4, kTolerance);
  EXPECT_NEAR(score_of(data, "cat the cat the", "the cat the cat"), 0.4776696620223255, kTolerance);
  EXPECT_NEAR(score_of(data, "two big dogs playing", "two large dogs"), 0.4452983091061361, kTolerance);
  EXPECT_NEAR(score_of(data, "the girl 's hand", "girl's hand"), 0.3287671232876712, kTolerance);
  EXPECT_NEAR(score_of(data, "the dog runs the dog", "the dog the dogs run"), 0.3912750408914849, kTolerance);
  EXPECT_EQ(score_of(data, "a man in a blue shirt", "a man in a blue shirt"), 1);
  EXPECT_EQ(score_of(data, "two dogs", "a woman holding an umbrella"), 0);
  // Stem and synonym both match, which makes them ambiguous.
  EXPECT_EQ(score_of(data, "dog runs", "dogs running"), 0);
}

TEST(MeteorScore, ParaphrasesMatchBothWaysRound) {
  const MeteorFolder folder;
  // "possible" is exact; the paraphrase covers the rest: all words in one chunk. Function words: and, also,
  // as.
  const double precision = (0.75 + 0.6 * 0.25 * 2) / (0.75 + 0.25 * 2);
  const double recall = (0.75 + 0.6 * (0.75 + 0.25 * 2)) / (0.75 * 2 + 0.25 * 2);
  const double expected = 1 / (0.15 / precision + 0.85 / recall);
  for (const char* table : {"0.1\nand also\nas well as\n", "0.1\nas well as\nand also\n",
                            "0.1\nas well as\nand also\n0.1\nand also\nas well as\n"}) {
    EXPECT_NEAR(score_of(folder.load(table), "and also possible", "as well as possible"), expected,
                kTolerance);
  }
  // With the Java program's own table only "also" and "as well" match.
  EXPECT_NEAR(score_of(folder.load("0.1\nalso\nas well\n"), "and also possible", "as well as possible"),
              0.29039973510161265, kTolerance);
}

TEST(MeteorScore, CountsByModuleAndKindOfWord) {
  const MeteorFolder folder;
  const Segments segments{{"the car of wolves jumps", {"the automobile of a wolf jumping"}}};
  const MeteorStats stats = score_meteor(segments, folder.load()).stats.front();
  EXPECT_EQ(stats.hypothesis.words, 5);
  EXPECT_EQ(stats.hypothesis.function_words, 2);
  EXPECT_EQ(stats.reference.words, 6);
  EXPECT_EQ(stats.reference.function_words, 3);
  EXPECT_EQ(stats.hypothesis.function_matches, (std::array<std::int64_t, 4>{2, 0, 0, 0}));
  EXPECT_EQ(stats.reference.content_matches, (std::array<std::int64_t, 4>{0, 1, 2, 0}));
  EXPECT_EQ(stats.chunks, 2);
}

TEST(MeteorScore, TheBestReferenceCounts) {
  const MeteorFolder folder;
  const Segments segments{{"the cat was sat on the mat", {"a dog", "the cat sat on the mat", "", "the mat"}}};
  const MeteorResult result = score_meteor(segments, folder.load());
  EXPECT_NEAR(result.scores.front(), 0.5119556177223324, kTolerance);
  EXPECT_EQ(result.stats.front().reference.words, 6);
}

TEST(MeteorScore, OfAllIsThatOfTheSum) {
  const MeteorFolder folder;
  const Segments segments{{"the cat was sat on the mat", {"the cat sat on the mat"}},
                          {"a dog", {"a dog"}},
                          {"two dogs", {"umbrella"}},
                          {"cat the cat the", {"the cat the cat"}}};
  const MeteorResult result = score_meteor(segments, folder.load());
  // Backwards and in parts: sums do not depend on the order.
  MeteorStats sum, part;
  for (const int i : {3, 1}) sum += result.stats[static_cast<std::size_t>(i)];
  for (const int i : {2, 0}) part += result.stats[static_cast<std::size_t>(i)];
  sum += part;
  EXPECT_EQ(result.score, meteor_score(sum));
  EXPECT_EQ(sum.hypothesis.words, 15);
  // The complete match adds words but no chunk.
  EXPECT_EQ(result.stats[1].chunks, 0);
  EXPECT_EQ(sum.chunks, result.stats[0].chunks + result.stats[3].chunks);
  EXPECT_EQ(score_meteor(Segments{}, folder.load()).score, 0);
}

TEST(MeteorScore, SeparatorsOfTheJavaProgram) {
  const MeteorFolder folder;
  const MeteorData data = folder.load();
  EXPECT_EQ(score_of(data, "a ||| red dog", "a red dog"), 1);
  EXPECT_EQ(score_of(data, "a red dog", "no ||| a red dog|||"), 1);  // three references
  EXPECT_LT(score_of(data, "a red dog", "no | a red dog"), 1);
}

TEST(MeteorScore, EmptyCaptions) {
  const MeteorFolder folder;
  const MeteorData data = folder.load();
  EXPECT_EQ(score_of(data, "", "a dog"), 0);
  EXPECT_EQ(score_of(data, "a dog", " "), 0);
  EXPECT_EQ(score_of(data, "", ""), 0);
}

TEST(MeteorScore, WhatCannotBeScoredIsAnErrorThatNamesTheSegment) {
  const MeteorFolder folder;
  const MeteorData data = folder.load();
  expect_error_with(
      [&] {
        score_meteor(Segments{{"a", {"a"}}, {"a", {}}}, data);
      },
      "segment 1: there is no reference");
  expect_error_with(
      [&] {
        score_meteor(Segments{{"\xff", {"a"}}}, data);
      },
      "segment 0: the caption is not valid");
  const std::string many = times("dog", 9000);
  expect_error_with(
      [&] {
        score_meteor(Segments{{many, {many}}}, data);
      },
      "segment 0: captions of 9000 and 9000");
}

TEST(MeteorScore, LongCaptionsOfOneWordTakeSeconds) {
  const MeteorFolder folder;
  const MeteorData data = folder.load("0.1\ndog\ndogs\n");
  EXPECT_EQ(score_of(data, times("dog", 400), times("dog", 400)), 1);
  EXPECT_GT(score_of(data, times("dog dogs", 150), times("dogs dog dog", 100)), 0.3);
  EXPECT_LT(score_of(data, times("dog", 20000), "a dog"), 0.1);
}

}  // namespace
}  // namespace pixelsail
