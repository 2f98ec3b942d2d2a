#include "text/special_token_splitter.h"

#include "text_fixture.h"

namespace pixelsail::detail {
namespace {

// Parts as "text" or "id:text".
std::vector<std::string> parts(const std::vector<AddedToken>& tokens, std::string_view text) {
  std::vector<std::string> result;
  for (const auto& part : SpecialTokenSplitter(tokens).split(text)) {
    result.push_back((part.id < 0 ? "" : std::to_string(part.id) + ":") + std::string(part.text));
  }
  return result;
}

using Parts = std::vector<std::string>;

TEST(AddedTokens, LongestFromTheLeft) {
  const std::vector<AddedToken> tokens{{"<p>", 1}, {"<p>>", 2}, {"<pp", 3}};
  EXPECT_EQ(parts(tokens, "a<p>>b<p>"), (Parts{"a", "2:<p>>", "b", "1:<p>"}));
  EXPECT_EQ(parts(tokens, "<p<pp"), (Parts{"<p", "3:<pp"}));
  EXPECT_EQ(parts(tokens, ""), Parts{});
  EXPECT_EQ(parts({}, "a"), Parts{"a"});
}

TEST(AddedTokens, Strip) {
  AddedToken left{"L", 1}, right{"R", 2}, both{"\n", 3};
  left.lstrip = right.rstrip = both.lstrip = both.rstrip = true;
  EXPECT_EQ(parts({left}, "a  L  b"), (Parts{"a", "1:  L", "  b"}));
  EXPECT_EQ(parts({right}, "a  R \u3000b"), (Parts{"a  ", "2:R \u3000", "b"}));
  EXPECT_EQ(parts({left, right}, "R  L"), (Parts{"2:R  ", "1:L"}));  // space belongs to the first
  EXPECT_EQ(parts({both}, "a\n\n\nb"), (Parts{"a", "3:\n\n\n", "b"}));
}

TEST(AddedTokens, SingleWord) {
  AddedToken token{"cat", 1};
  token.single_word = true;
  EXPECT_EQ(parts({token}, "cat concat cats,cat"), (Parts{"1:cat", " concat cats,", "1:cat"}));
  EXPECT_EQ(parts({token}, "\u00E9cat cat\u0301 _cat"), Parts{"\u00E9cat cat\u0301 _cat"});
}

TEST(AddedTokens, LongRunsOfStrippedSpaceAreLinear) {
  AddedToken token{"\n", 1};
  token.rstrip = true;
  EXPECT_EQ(SpecialTokenSplitter({token}).split(std::string(300000, '\n')).size(), 300000U);
}

TEST(AddedTokens, ChecksContradictions) {
  EXPECT_NE(test::data_error_of([] {
              check_added_tokens({{"a", 1}, {"b", 1}}, "f");
            }).find("id 1"),
            std::string::npos);
  EXPECT_NE(test::data_error_of([] {
              check_added_tokens({{"a", 1}, {"a", 2}}, "f");
            }).find("\"a\""),
            std::string::npos);
  EXPECT_NE(test::data_error_of([] { check_added_tokens({{"", 1}}, "f"); }).find("empty"), std::string::npos);
}

}  // namespace
}  // namespace pixelsail::detail
