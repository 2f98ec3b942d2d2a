#include "metrics/porter_stemmer.h"

#include <gtest/gtest.h>

#include <array>
#include <utility>

#include "pixelsail/error.h"

namespace pixelsail::detail {
namespace {

using Pair = std::pair<const char*, const char*>;

TEST(PorterStemmer, ExamplesOfThePaper) {
  for (const auto& [word, stem] :
       std::to_array<Pair>({{"caresses", "caress"},  {"ponies", "poni"},       {"cats", "cat"},
                            {"agreed", "agre"},      {"plastered", "plaster"}, {"bled", "bled"},
                            {"motoring", "motor"},   {"sing", "sing"},         {"conflated", "conflat"},
                            {"troubled", "troubl"},  {"sized", "size"},        {"hopping", "hop"},
                            {"tanned", "tan"},       {"falling", "fall"},      {"hissing", "hiss"},
                            {"fizzed", "fizz"},      {"failing", "fail"},      {"filing", "file"},
                            {"happy", "happi"},      {"relational", "relat"},  {"rational", "ration"},
                            {"digitizer", "digit"},  {"operator", "oper"},     {"feudalism", "feudal"},
                            {"hopefulness", "hope"}, {"formaliti", "formal"},  {"triplicate", "triplic"},
                            {"formative", "form"},   {"electrical", "electr"}, {"goodness", "good"},
                            {"revival", "reviv"},    {"adoption", "adopt"},    {"replacement", "replac"},
                            {"effective", "effect"}, {"probate", "probat"},    {"rate", "rate"},
                            {"cease", "ceas"},       {"controll", "control"},  {"roll", "roll"}})) {
    EXPECT_EQ(porter_stem(word), stem) << word;
  }
}

TEST(PorterStemmer, DeparturesOfNltk) {
  for (const auto& [word, stem] :
       std::to_array<Pair>({{"dying", "die"},       {"skies", "sky"},      {"innings", "inning"},
                            {"news", "news"},       {"dies", "die"},       {"flies", "fli"},
                            {"died", "die"},        {"spied", "spi"},      {"enjoy", "enjoy"},
                            {"spy", "spi"},         {"by", "by"},          {"say", "say"},
                            {"is", "is"},           {"ass", "ass"},        {"possibly", "possibl"},
                            {"radically", "radic"}, {"geology", "geolog"}, {"theology", "theolog"},
                            {"hopefully", "hope"},  {"used", "use"},       {"rationally", "ration"}})) {
    EXPECT_EQ(porter_stem(word), stem) << word;
  }
}

TEST(PorterStemmer, LettersAreCodePoints) {
  EXPECT_EQ(porter_stem("éés"), "éé");
  EXPECT_EQ(porter_stem("aééed"), "aé");  // a double consonant
  EXPECT_EQ(porter_stem("és"), "és");     // two letters
  EXPECT_EQ(porter_stem("éies"), "éie");  // four
  EXPECT_EQ(porter_stem("man."), "man.");
  EXPECT_EQ(porter_stem(""), "");
  EXPECT_THROW(porter_stem("walk\xFFing"), DataError);
}

TEST(PorterStemmer, StarBeforeDIsTakenForARule) {
  EXPECT_EQ(porter_stem("xa*ded"), "xad");
}

TEST(PorterStemmer, LongWordsInLinearTime) {
  const std::string ys(1000000, 'y');
  EXPECT_EQ(porter_stem(ys + "ing").size(), ys.size());
  EXPECT_EQ(porter_stem(std::string(1000000, 'a')).size(), 1000000U);
}

}  // namespace
}  // namespace pixelsail::detail
