#include "metrics/answer_match.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pixelsail {
namespace {

const std::vector<ChoiceOption> kAnimals{{'A', "cat"}, {'B', "dog"}, {'C', "red bird"}, {'D', "1.0"}};

/// The letter, or '-' for none.
char bundled(const std::string& answer) {
  return match_choice(answer, kAnimals, MatchRules::kBundled).value_or('-');
}
char current(const std::string& answer) {
  return match_choice(answer, kAnimals, MatchRules::kCurrent).value_or('-');
}

TEST(AnswerMatch, OneLetterAsAWord) {
  for (const char* answer : {"B", "(B)", "B.", "B:", "Answer: [B]", "*B*", "#B!",
                             "\xC2\xA0"
                             "B\xE2\x80\x83",
                             "{B}"}) {
    EXPECT_EQ(bundled(answer), 'B') << answer;
    EXPECT_EQ(current(answer), 'B') << answer;
  }
  EXPECT_EQ(bundled("b"), '-');
  EXPECT_EQ(bundled("B-"), '-');
  EXPECT_EQ(bundled("A or B"), '-');
  EXPECT_EQ(bundled("E"), '-');
}

TEST(AnswerMatch, CurrentRulesWantTheLetterNearTheEnd) {
  EXPECT_EQ(bundled("B is what I see here now"), 'B');
  EXPECT_EQ(current("B is what I see here now"), '-');
  EXPECT_EQ(current("I say B it is so"), 'B');
  EXPECT_EQ(current("I say B it is so now"), '-');
  // The first occurrence decides.
  EXPECT_EQ(current("B and again and once more B"), '-');
}

TEST(AnswerMatch, CurrentRulesReadStatedLetters) {
  EXPECT_EQ(current("The correct answer is **b**, since A shows five other things"), 'B');
  EXPECT_EQ(bundled("The correct answer is **b**, and more"), '-');
  // Any word that begins so.
  EXPECT_EQ(current("the answer is because of that"), 'B');
  EXPECT_EQ(current("the answer is  \n C or D"), 'C');
  EXPECT_EQ(current("the answer's C or D"), '-');
  EXPECT_EQ(current("an\xC5\xBFwer \xC4\xB1\xC5\xBF D, not A"), 'D');
  // Only the first counts, option or not.
  const std::vector<ChoiceOption> two{{'A', "x"}, {'B', "y"}};
  EXPECT_EQ(match_choice("answer is D. answer is A or B", two, MatchRules::kCurrent), std::nullopt);
}

TEST(AnswerMatch, Refusals) {
  EXPECT_EQ(bundled("Cannot determine the answer, but B"), 'Z');
  EXPECT_EQ(bundled("I'm sorry, but without the image provided I cannot"), 'Z');
  EXPECT_EQ(bundled("Z"), 'Z');
  EXPECT_EQ(bundled("Z or B"), 'B');
  EXPECT_EQ(bundled("cannot determine the answer"), '-');
}

TEST(AnswerMatch, TextOfOneOption) {
  EXPECT_EQ(bundled("It is a DOG"), 'B');
  EXPECT_EQ(bundled("dog and cat"), '-');
  EXPECT_EQ(bundled("1.0"), 'D');
  EXPECT_EQ(bundled("1"), '-');
  EXPECT_EQ(bundled("hotdogs"), 'B');
  EXPECT_EQ(bundled(""), '-');
  // Letters go before texts.
  EXPECT_EQ(bundled("A dog"), 'A');
}

TEST(AnswerMatch, CurrentRulesReadShortAnswersOnly) {
  // All option texts have 17 characters.
  EXPECT_EQ(current("a dog " + std::string(28, '.')), 'B');
  EXPECT_EQ(current("a dog " + std::string(29, '.')), '-');
  EXPECT_EQ(bundled("a dog " + std::string(29, '.')), 'B');
}

TEST(AnswerMatch, FailedRequestsAreReadAsTextOnly) {
  EXPECT_EQ(bundled("Failed to obtain answer via API B"), '-');
  EXPECT_EQ(bundled("Failed to obtain answer via API dog"), 'B');
}

TEST(AnswerMatch, LowerCaseIsUnicode) {
  const std::vector<ChoiceOption> options{{'A', "\xC3\x84pfel"}, {'B', "\xCE\xA3\xCE\xA3"}};
  EXPECT_EQ(match_choice("\xC3\xA4PFEL", options, MatchRules::kBundled), 'A');
  EXPECT_EQ(match_choice("\xCF\x83\xCF\x82", options, MatchRules::kBundled), 'B');
}

TEST(AnswerMatch, LongHostileTextsTakeLinearTime) {
  const std::vector<ChoiceOption> options{{'A', std::string(200'000, 'a') + "b"}};
  EXPECT_EQ(match_choice(std::string(400'000, 'a'), options, MatchRules::kBundled), std::nullopt);
  std::string answers;
  for (int i = 0; i < 100'000; ++i) answers += "answer is ";
  // "answer is answer": the A of the next word.
  EXPECT_EQ(match_choice(answers, options, MatchRules::kCurrent), 'A');
}

TEST(RemovePunctuation, SpaceNextToItDeletesTheKind) {
  EXPECT_EQ(remove_punctuation("yes, it-is", MatchRules::kCurrent), "yes it is");
  EXPECT_EQ(remove_punctuation("a,b", MatchRules::kCurrent), "a b");
  EXPECT_EQ(remove_punctuation("a,b, c", MatchRules::kCurrent), "ab c");
  // A comma between digits deletes every kind.
  EXPECT_EQ(remove_punctuation("1,000-yes", MatchRules::kCurrent), "1000yes");
  EXPECT_EQ(remove_punctuation("a:b'c", MatchRules::kCurrent), "a:b'c");
}

TEST(RemovePunctuation, Dots) {
  EXPECT_EQ(remove_punctuation("yes. 3.5", MatchRules::kCurrent), "yes 3.5");
  EXPECT_EQ(remove_punctuation("3. yes", MatchRules::kCurrent), "3. yes");
  EXPECT_EQ(remove_punctuation("3. yes", MatchRules::kBundled), "3 yes");
  EXPECT_EQ(remove_punctuation(".5", MatchRules::kBundled), ".5");
  // 32 of them.
  EXPECT_EQ(remove_punctuation(std::string(33, '.') + "a.", MatchRules::kCurrent), ".a.");
}

TEST(YesNoMatch, VlmEvalKit) {
  const auto match = [](const char* answer) { return match_yes_no(answer, MatchRules::kBundled); };
  for (const char* answer : {"Yes", "yes.", "YES!", "Yes, it is", "(yes)", "oh yes"})
    EXPECT_EQ(match(answer), YesNo::kYes) << answer;
  for (const char* answer : {"No", "no.", "No, there is not"}) EXPECT_EQ(match(answer), YesNo::kNo) << answer;
  for (const char* answer : {"", "nothing", "notice", "yes or no", "yes and yes-no", "*yes*", "maybe"})
    EXPECT_EQ(match(answer), YesNo::kOther) << answer;
}

TEST(YesNoMatch, VersionsDifferInWhatThe32DotsAre) {
  std::string answer;
  for (int i = 0; i < 32; ++i) answer += "1. ";
  answer += "yes.";
  EXPECT_EQ(match_yes_no(answer, MatchRules::kCurrent), YesNo::kYes);
  EXPECT_EQ(match_yes_no(answer, MatchRules::kBundled), YesNo::kOther);
}

TEST(YesNoMatch, MmeScript) {
  EXPECT_EQ(match_yes_no_mme_script("Yes, it is"), YesNo::kYes);
  EXPECT_EQ(match_yes_no_mme_script("No."), YesNo::kNo);
  EXPECT_EQ(match_yes_no_mme_script("note"), YesNo::kNo);
  EXPECT_EQ(match_yes_no_mme_script("  no"), YesNo::kNo);
  EXPECT_EQ(match_yes_no_mme_script("   no"), YesNo::kOther);
  EXPECT_EQ(match_yes_no_mme_script("noyes"), YesNo::kNo);
  EXPECT_EQ(match_yes_no_mme_script("It is yes"), YesNo::kOther);
  EXPECT_EQ(match_yes_no_mme_script("\xC3\xA4yes"), YesNo::kYes);
  EXPECT_EQ(match_yes_no_mme_script(""), YesNo::kOther);
}

}  // namespace
}  // namespace pixelsail
