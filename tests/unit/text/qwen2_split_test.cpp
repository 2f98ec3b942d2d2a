#include "text_fixture.h"

namespace pixelsail::detail {
namespace {

std::vector<std::string> pieces(const std::string& text) {
  std::vector<std::string> result;
  for (const auto& [begin, end] : split_qwen2(text)) result.push_back(text.substr(begin, end - begin));
  return result;
}

using Pieces = std::vector<std::string>;

TEST(Qwen2Split, Words) {
  EXPECT_EQ(pieces(""), Pieces{});
  EXPECT_EQ(pieces("the red disc"), (Pieces{"the", " red", " disc"}));
  EXPECT_EQ(pieces("(left) of,right"), (Pieces{"(left", ")", " of", ",right"}));
  EXPECT_EQ(pieces("caf\u00E9 e\u0301t"), (Pieces{"caf\u00E9", " e", "\u0301t"}));
}

TEST(Qwen2Split, DigitsStandAlone) {
  EXPECT_EQ(pieces("a12 3"), (Pieces{"a", "1", "2", " ", "3"}));
  EXPECT_EQ(pieces("\u2167\u0967x"), (Pieces{"\u2167", "\u0967", "x"}));
}

TEST(Qwen2Split, Contractions) {
  EXPECT_EQ(pieces("it's we'LL'd"), (Pieces{"it", "'s", " we", "'LL", "'d"}));
  EXPECT_EQ(pieces("'\u017Fx"), (Pieces{"'\u017F", "x"}));  // the long s folds to s
  EXPECT_EQ(pieces("'rx 'sx"), (Pieces{"'rx", " '", "sx"}));
  EXPECT_EQ(pieces("''s"), (Pieces{"''", "s"}));
  EXPECT_EQ(pieces("'"), Pieces{"'"});
}

TEST(Qwen2Split, Symbols) {
  EXPECT_EQ(pieces("a !!\n\nb"), (Pieces{"a", " !!\n\n", "b"}));
  EXPECT_EQ(pieces("\u0301\u0302"), Pieces{"\u0301\u0302"});
  EXPECT_EQ(pieces("-\u200B\u200Ba"), (Pieces{"-\u200B\u200B", "a"}));
}

TEST(Qwen2Split, Space) {
  EXPECT_EQ(pieces("a   b"), (Pieces{"a", "  ", " b"}));
  EXPECT_EQ(pieces("a   "), (Pieces{"a", "   "}));
  EXPECT_EQ(pieces("a \n \n  b"), (Pieces{"a", " \n \n", " ", " b"}));
  EXPECT_EQ(pieces("a\t!"), (Pieces{"a", "\t", "!"}));
  EXPECT_EQ(pieces("a\tb"), (Pieces{"a", "\tb"}));
  EXPECT_EQ(pieces("\r\nb"), (Pieces{"\r\n", "b"}));
  EXPECT_EQ(pieces("\u00A0\u3000b"), (Pieces{"\u00A0", "\u3000b"}));
  EXPECT_EQ(pieces("  1"), (Pieces{" ", " ", "1"}));
}

}  // namespace
}  // namespace pixelsail::detail
