#include "metrics/meteor/nltk_meteor.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "metrics/wordnet/wordnet.h"
#include "pixelsail/error.h"
#include "small_wordnet.h"

namespace pixelsail {
namespace {

using Texts = std::vector<std::string>;

/// "kid" and "child" are of one synset, which has a capital and a collocation too.
class NltkMeteorTest : public testing::Test {
 protected:
  NltkMeteorTest() {
    const std::string offset = files_.add_synset("noun", "18 n 04 kid 0 child 0 Tiddler 0 small_fry 0 000");
    files_.append("index.noun", "child n 1 0 1 0 " + offset + "  \nkid n 1 0 1 0 " + offset + "  \n");
  }
  double score(std::string_view reference, std::string_view hypothesis) const {
    const WordNet wordnet(files_.path());
    NltkMeteorCache cache(wordnet);
    return nltk_meteor(reference, hypothesis, cache);
  }
  test::SmallWordNet files_;
};

TEST_F(NltkMeteorTest, EqualSentencesLoseOneChunk) {
  EXPECT_DOUBLE_EQ(score("a man in a blue shirt", "a man in a blue shirt"), 1 - 0.5 / (6.0 * 6 * 6));
  EXPECT_DOUBLE_EQ(score("A Man", "a\tman "), 1 - 0.5 / 8);
}

TEST_F(NltkMeteorTest, NothingMatchesNothing) {
  EXPECT_EQ(score("", ""), 0.0);
  EXPECT_EQ(score("a", ""), 0.0);
  EXPECT_EQ(score("", "a"), 0.0);
  EXPECT_EQ(score("man.", "man"), 0.0);  // punctuation stays where it is glued
}

TEST_F(NltkMeteorTest, StemsAndSynonyms) {
  const double two_words = 1 - 0.5 / 8;
  EXPECT_DOUBLE_EQ(score("dogs running", "dog runs"), two_words);
  EXPECT_DOUBLE_EQ(score("two child", "two kid"), two_words);
  EXPECT_DOUBLE_EQ(score("two child", "two kids"), two_words);  // WordNet is asked for the stem
  // "children" has the stem "children", for which this WordNet has no synset: not symmetric.
  EXPECT_DOUBLE_EQ(score("two kids", "two children"), 0.25);
  // Lemmas with capitals meet no lower-cased word; collocations are left out.
  EXPECT_DOUBLE_EQ(score("two tiddler", "two kid"), 0.25);
  EXPECT_DOUBLE_EQ(score("two small_fry", "two kid"), 0.25);
}

TEST_F(NltkMeteorTest, RepeatedWordsMatchFromTheLast) {
  // P = 1, R = 1/3.
  EXPECT_DOUBLE_EQ(score("the the the", "the"), 0.5 * (1.0 / 3) / (0.9 + 0.1 / 3));
  // "b" of the hypothesis takes the last "b": matches (0, 2), (1, 0) are two chunks.
  EXPECT_DOUBLE_EQ(score("a b b", "b a"), 0.5 * (2.0 / 3) / (0.9 + 0.2 / 3));
}

TEST_F(NltkMeteorTest, OrientationsAreNamed) {
  const WordNet wordnet(files_.path());
  NltkMeteorCache cache(wordnet);
  const Texts truth{"the the the"};
  EXPECT_DOUBLE_EQ(nltk_meteor_unswapped("the", truth, cache), nltk_meteor("the the the", "the", cache));
  EXPECT_DOUBLE_EQ(nltk_meteor_perbench("the", truth, cache), nltk_meteor("the", "the the the", cache));
  EXPECT_NE(nltk_meteor_perbench("the", truth, cache), nltk_meteor_unswapped("the", truth, cache));
  // The best of several; none is 0.
  EXPECT_DOUBLE_EQ(nltk_meteor_unswapped("the", Texts{"a", "the", "the the"}, cache), 0.5);
  EXPECT_EQ(nltk_meteor_unswapped("the", Texts{}, cache), 0.0);
}

TEST_F(NltkMeteorTest, InvalidUtf8IsAnError) {
  EXPECT_THROW(score("a\xFF", "a"), DataError);
}

TEST_F(NltkMeteorTest, LongRepetitiveTextsInLinearTime) {
  std::string text;
  for (int i = 0; i < 100000; ++i) text += i % 2 == 0 ? "kid " : "dog ";
  EXPECT_NEAR(score(text, text), 1.0, 1e-9);
}

TEST(NltkMeteor, ValuesOfNltkWithTheInstalledWordNet) {
  if (!std::filesystem::exists(test::kInstalledWordNet)) GTEST_SKIP() << "wordnet-base is not installed";
  const WordNet wordnet(test::kInstalledWordNet);
  NltkMeteorCache cache(wordnet);
  const struct {
    const char *reference, *hypothesis;
    double score, exchanged;
  } cases[] = {
      {"the cat sat on the mat", "the cat was sat on the mat", 0.9653916211293262, 0.8534621578099838},
      {"It is a guide to action that ensures that the military will forever heed Party commands",
       "It is a guide to action which ensures that the military always obeys the commands of the party",
       0.6944444444444445, 0.6320224719101123},
      {"man in blue shirt", "guy wearing a navy t-shirt", 0.0, 0.0},
      {"the red car parked on the left", "a large automobile parked on the left side of the street",
       0.5027027027027028, 0.35094339622641507},
      {"two kids", "two children", 0.9375, 0.25},
      {"a b a b", "b a b", 0.754985754985755, 0.9498207885304659},
      {"It is to insure the troops forever hearing the activity guidebook that party direct",
       "It is the guiding principle which guarantees the military forces always being under the command of "
       "the "
       "Party",
       0.25833333333333336, 0.21136363636363634},
  };
  for (const auto& vector : cases) {
    EXPECT_NEAR(nltk_meteor(vector.reference, vector.hypothesis, cache), vector.score, 1e-15);
    EXPECT_NEAR(nltk_meteor(vector.hypothesis, vector.reference, cache), vector.exchanged, 1e-15);
  }
}

}  // namespace
}  // namespace pixelsail
