#include "metrics/meteor/meteor_normalizer.h"

#include <gtest/gtest.h>

#include "pixelsail/error.h"

namespace pixelsail {
namespace {

std::string normalized(std::string_view line) {
  const MeteorAbbreviations abbreviations{{"vs", KeepsDot::kAlways}, {"no", KeepsDot::kBeforeNumber}};
  return normalize_meteor_line(line, abbreviations);
}

TEST(MeteorNormalizer, WordsOneBlankApartInLowerCase) {
  EXPECT_EQ(normalized("  A man\tin  RED\n"), "a man in red");
  EXPECT_EQ(normalized(""), "");
  EXPECT_EQ(normalized(" \t "), "");
}

TEST(MeteorNormalizer, SymbolsStandAlone) {
  EXPECT_EQ(normalized("a(b)c"), "a ( b ) c");
  EXPECT_EQ(normalized("50%?!"), "50 % ? !");
}

TEST(MeteorNormalizer, CommasStayInsideNumbers) {
  EXPECT_EQ(normalized("10,000"), "10,000");
  EXPECT_EQ(normalized("red, blue"), "red , blue");
  EXPECT_EQ(normalized("5,a"), "5 , a");
}

TEST(MeteorNormalizer, ACharacterBetweenTwoMarksServesTheFirst) {
  EXPECT_EQ(normalized("a,b,c"), "a , b,c");
  EXPECT_EQ(normalized("man-in-black"), "man in black");  // "in" has two characters
  EXPECT_EQ(normalized("a-b-c"), "a b-c");
}

TEST(MeteorNormalizer, QuotesAndDashesTakeOneForm) {
  EXPECT_EQ(normalized("\u201cdog\u201d"), "\" dog \"");
  EXPECT_EQ(normalized("``dog''"), "\" dog \"");
  EXPECT_EQ(normalized("a \u2013 b -- c --- d"), "a - b - c -- d");
}

TEST(MeteorNormalizer, ContractionsAreCutBeforeTheApostrophe) {
  EXPECT_EQ(normalized("girl's"), "girl 's");
  EXPECT_EQ(normalized("girl\u2019s"), "girl 's");
  EXPECT_EQ(normalized("dogs' bed"), "dogs ' bed");
  EXPECT_EQ(normalized("1990's"), "1990 's");
  EXPECT_EQ(normalized("the girl 's hand"), "the girl ' s hand");  // cut already: cut again
}

TEST(MeteorNormalizer, DotsOfAbbreviationsVanishOthersStandAlone) {
  EXPECT_EQ(normalized("the u.s. flag."), "the us flag .");
  EXPECT_EQ(normalized("end. Next"), "end . next");
  EXPECT_EQ(normalized("end. next"), "end. next");  // the sentence seems to go on
  EXPECT_EQ(normalized("cats vs. Dogs"), "cats vs. dogs");
  EXPECT_EQ(normalized("no. 5"), "no. 5");
  EXPECT_EQ(normalized("no. X"), "no . x");
  EXPECT_EQ(normalized("well...so .. ."), "well ... so .. .");
}

TEST(MeteorNormalizer, WideSpacesAndControlsAtTheEndsVanish) {
  EXPECT_EQ(normalized("a\u00a0b\u2003 c"), "a b c");
  EXPECT_EQ(normalized("\x01 a \x02"), "a");
  EXPECT_EQ(normalized("a \x01 b"), "a \x01 b");
}

TEST(MeteorNormalizer, OtherAlphabets) {
  EXPECT_EQ(normalized("\u0416\u0423\u041a caf\u00c9"), "\u0436\u0443\u043a caf\u00e9");
  EXPECT_EQ(normalized("\u6f22\u5b57"), "\u6f22 \u5b57");  // letters to nobody here: each stands alone
  EXPECT_EQ(normalized("a\U0001f600b"), "a \U0001f600 b");
  EXPECT_EQ(normalized("\u0130x"), "i\u0307x");
}

TEST(MeteorNormalizer, InvalidUtf8IsAnError) {
  EXPECT_THROW(normalized("a\xff"), DataError);
  EXPECT_THROW(normalized("\xe6\xbc"), DataError);
}

}  // namespace
}  // namespace pixelsail
