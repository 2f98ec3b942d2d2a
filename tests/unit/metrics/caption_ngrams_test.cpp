#include <gtest/gtest.h>

#include <cmath>

#include "metrics/bleu.h"
#include "metrics/cider.h"
#include "metrics/ngrams.h"
#include "metrics/rouge_l.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

using Captions = std::vector<Tokens>;

Tokens words(const std::string& text) {
  Tokens tokens;
  std::string token;
  for (const char c : text + " ") {
    if (c != ' ') {
      token += c;
    } else if (!token.empty()) {
      tokens.push_back(std::move(token));
      token.clear();
    }
  }
  return tokens;
}

TEST(Ngrams, SameNumberOnlyForTheSameNgram) {
  detail::NgramTable table;
  const detail::NgramCounts counts = table.count(words("a b a b a"));
  EXPECT_EQ(counts.length, 5U);
  const auto sizes = [&counts](std::size_t order) { return counts.by_order[order - 1].size(); };
  EXPECT_EQ(sizes(1), 2U);  // a, b
  EXPECT_EQ(sizes(2), 2U);  // ab, ba
  EXPECT_EQ(sizes(3), 2U);  // aba, bab
  EXPECT_EQ(sizes(4), 2U);  // abab, baba
  EXPECT_EQ(counts.by_order[0][0].count, 3U);
  EXPECT_EQ(table.size(), 8U);
  table.count(words("b a"));
  EXPECT_EQ(table.size(), 8U);
  // "ab" as one word is not the bigram "a b".
  EXPECT_EQ(table.count({"ab"}).by_order[0][0].ngram, 8U);
}

TEST(Ngrams, TokensWithSpacesInsideAreSeveralWords) {
  detail::NgramTable table;
  EXPECT_EQ(table.count({"1\u00A01/2", "", "x"}).length, 3U);
  EXPECT_THROW(table.count({"\xFF"}), DataError);
}

TEST(Ngrams, ManyNgramsKeepTheirNumbers) {
  detail::NgramTable table;
  Tokens caption;
  for (int i = 0; i < 20000; ++i) caption.push_back("w" + std::to_string(i));
  table.count(caption);
  EXPECT_EQ(table.size(), 20000U + 19999U + 19998U + 19997U);
  table.count(caption);
  EXPECT_EQ(table.size(), 79994U);
}

TEST(Bleu, CountsOfOneSample) {
  const BleuCounts counts =
      count_bleu(words("the the the cat"), Captions{words("the cat"), words("the the dog sat")});
  EXPECT_EQ(counts.candidate_length, 4);
  EXPECT_EQ(counts.reference_length, 4);
  EXPECT_EQ(counts.ngrams, (std::array<std::int64_t, 4>{4, 3, 2, 1}));
  EXPECT_EQ(counts.matched,
            (std::array<std::int64_t, 4>{3, 2, 0, 0}));  // "the" twice at most, "the the" once
}

TEST(Bleu, OfTwoReferencesEquallyCloseTheShorterCounts) {
  EXPECT_EQ(count_bleu(words("a b c"), Captions{words("a b c d"), words("a b")}).reference_length, 2);
  EXPECT_EQ(count_bleu(words("a b c"), Captions{words("a"), words("a b c d")}).reference_length, 4);
}

TEST(Bleu, ValuesByHand) {
  const std::array<double, 4> same = bleu(count_bleu(words("a b c d e"), Captions{words("a b c d e")}));
  for (const double value : same) EXPECT_NEAR(value, 1.0, 1e-8);
  const std::array<double, 4> shorter = bleu(count_bleu(words("a b c d"), Captions{words("a b c d e")}));
  for (const double value : shorter) EXPECT_NEAR(value, std::exp(1 - 5.0 / 4), 1e-8);
  // Of pycocoevalcap 1.2.
  const BleuCounts counts =
      count_bleu(words("the the the cat"), Captions{words("the cat"), words("the the dog sat")});
  EXPECT_NEAR(bleu(counts)[0], 0.75, 1e-9);
  EXPECT_NEAR(bleu(counts)[1], std::sqrt(0.75 * 2 / 3), 1e-9);
  EXPECT_NEAR(bleu(counts)[2], std::cbrt(0.5 * 1e-15 / 2), 1e-12);
}

TEST(Bleu, CorpusIsTheSumOfCounts) {
  const BleuCounts one = count_bleu(words("a b"), Captions{words("a b c")});
  const BleuCounts other = count_bleu(words("x y z w v"), Captions{words("x y")});
  BleuCounts sum = one;
  sum += other;
  EXPECT_EQ(sum.candidate_length, 7);
  EXPECT_EQ(sum.reference_length, 5);
  EXPECT_EQ(sum.ngrams, (std::array<std::int64_t, 4>{7, 5, 3, 2}));
  EXPECT_EQ(sum.matched, (std::array<std::int64_t, 4>{4, 2, 0, 0}));
  EXPECT_NEAR(bleu(sum)[0], 4.0 / 7, 1e-9);
}

TEST(Bleu, EmptyCaptions) {
  for (const double value : bleu(count_bleu({}, Captions{words("a b")}))) EXPECT_EQ(value, 0.0);
  for (const double value : bleu(count_bleu({}, Captions{{}}))) EXPECT_EQ(value, 0.0);
  for (const double value : bleu(BleuCounts{})) EXPECT_EQ(value, 0.0);
  EXPECT_THROW(count_bleu(words("a"), {}), DataError);
}

TEST(Cider, EqualCaptionsOfARareWordScoreTen) {
  const std::vector<TokenizedCaption> corpus{{words("a b c d"), {words("a b c d")}},
                                             {words("x"), {words("e f g h")}}};
  const std::vector<double> scores = cider_scores(corpus);
  EXPECT_NEAR(scores[0], 10.0, 1e-12);
  EXPECT_EQ(scores[1], 0.0);
}

TEST(Cider, ByHand) {
  // Two images; "a" is in both, so it weighs nothing, every other n-gram weighs log 2. For the first image,
  // candidate "a b b" against "a b": order 1 (b: min(2, 1) * 1 / (2 * 1)) = 1/2; order 2: "a b" of {ab, bb}
  // against {ab}: 1 / sqrt 2; orders 3 and 4: nothing on the reference's side. Lengths: 2 and 1 bigrams.
  const std::vector<TokenizedCaption> corpus{{words("a b b"), {words("a b")}}, {words("a"), {words("a c")}}};
  const double penalty = std::exp(-1.0 / 72);
  EXPECT_NEAR(cider_scores(corpus)[0], 10 * (0.5 + std::sqrt(0.5)) / 4 * penalty, 1e-12);
}

TEST(Cider, DocumentFrequencyCountsImagesNotReferences) {
  Cider cider;
  cider.add_image(Captions{words("a b"), words("a b a b")});
  cider.add_image(Captions{words("c d")});
  EXPECT_EQ(cider.images(), 2);
  // df(a) = 1 although three captions have it: full weight, and an equal caption is perfect in orders 1
  // and 2.
  EXPECT_NEAR(cider.score(words("a b"), Captions{words("a b")}), 5.0, 1e-12);
}

TEST(Cider, ScoresDoNotDependOnWhatWasScoredBefore) {
  Cider cider;
  cider.add_image(Captions{words("a b")});
  cider.add_image(Captions{words("c d")});
  const double before = cider.score(words("a new one"), Captions{words("a b new")});
  cider.score(words("many other words"), Captions{words("that nobody knows")});
  EXPECT_EQ(cider.score(words("a new one"), Captions{words("a b new")}), before);
}

TEST(Cider, DegenerateCorpora) {
  EXPECT_EQ(cider_scores(std::vector<TokenizedCaption>{{words("a b"), {words("a b")}}})[0],
            0.0);  // log 1 = 0
  EXPECT_TRUE(cider_scores({}).empty());
  EXPECT_EQ(cider_scores(std::vector<TokenizedCaption>{{{}, {{}}}, {{}, {{}}}})[0], 0.0);
  EXPECT_THROW(cider_scores(std::vector<TokenizedCaption>{{words("a"), {}}}), DataError);
}

TEST(RougeL, LongestCommonSubsequence) {
  EXPECT_EQ(longest_common_subsequence(words("a b c d"), words("b x d")), 2U);
  EXPECT_EQ(longest_common_subsequence(words("a b"), {}), 0U);
  // Across blocks of 64 tokens, against the textbook recurrence.
  Tokens a, b;
  std::uint32_t state = 1;
  const auto next = [&state](std::uint32_t kinds) {
    state = state * 1664525U + 1013904223U;
    return std::to_string((state >> 16U) % kinds);
  };
  for (const std::uint32_t kinds : {2U, 5U, 40U}) {
    for (int i = 0; i < 333; ++i) a.push_back(next(kinds));
    for (int i = 0; i < 200; ++i) b.push_back(next(kinds));
    std::vector<std::vector<std::size_t>> length(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
    for (std::size_t i = 1; i <= a.size(); ++i) {
      for (std::size_t j = 1; j <= b.size(); ++j) {
        length[i][j] =
            a[i - 1] == b[j - 1] ? length[i - 1][j - 1] + 1 : std::max(length[i - 1][j], length[i][j - 1]);
      }
    }
    EXPECT_EQ(longest_common_subsequence(a, b), length[a.size()][b.size()]);
    EXPECT_EQ(longest_common_subsequence(b, a), length[a.size()][b.size()]);
  }
}

TEST(RougeL, MaximaOfPrecisionAndRecallAreSeparate) {
  // Against "a b": P = 2/4, R = 1; against "a b c x y z q r": P = 3/4, R = 3/8.
  const double value = rouge_l(words("a b c d"), Captions{words("a b"), words("a b c x y z q r")});
  EXPECT_NEAR(value, (1 + 1.44) * 0.75 * 1.0 / (1.0 + 1.44 * 0.75), 1e-15);
}

TEST(RougeL, EmptyCaptions) {
  EXPECT_NEAR(rouge_l({}, Captions{{}}), 1.0, 1e-15);
  EXPECT_EQ(rouge_l({}, Captions{words("a")}), 0.0);
  EXPECT_EQ(rouge_l(words("a"), Captions{{}}), 0.0);
  EXPECT_THROW(rouge_l(words("a"), {}), DataError);
}

TEST(RougeL, TokensAreNotSplitAgain) {
  EXPECT_NEAR(rouge_l({"1\u00A02"}, Captions{{"1\u00A02"}}), 1.0, 1e-15);
}

}  // namespace
}  // namespace pixelsail
