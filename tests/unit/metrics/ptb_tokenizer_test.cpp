#include "metrics/ptb_tokenizer.h"

#include <gtest/gtest.h>

#include "io/utf8.h"

namespace pixelsail {
namespace {

using Tokens = std::vector<std::string>;

std::string joined(const Tokens& tokens) {
  std::string line;
  for (const std::string& token : tokens) line += (line.empty() ? "" : " ") + token;
  return line;
}

struct Case {
  const char* line;
  const char* tokens;
};

/// What Stanford's PTBTokenizer 3.4.1 (-preserveLines -lowerCase) makes of each line.
constexpr Case kCases[] = {
    {"A man's blue T-shirt, isn't it? He can't; \"the dog\" (left) costs $5.00... e.g. U.S. #1 50% "
     "well-known & more!",
     "a man 's blue t-shirt , is n't it ? he ca n't ; `` the dog '' -lrb- left -rrb- costs $ 5.00 ... e.g. "
     "u.s. # 1 50 % well-known & more !"},
    {"the girl's hand", "the girl 's hand"},
    {"girls' shoes", "girls ' shoes"},
    {"he'd they'll I'm we've it's", "he 'd they 'll i 'm we 've it 's"},
    {"can't won't isn't", "ca n't wo n't is n't"},
    {"cannot gonna wanna gotta gimme lemme", "can not gon na wan na got ta gim me lem me"},
    {"'tis 'twas", "'t is 't was"},
    {"whaddya d'ye more'n", "whaddya d'ye more 'n"},
    {"rock'n'roll o'clock", "rock 'n' roll o'clock"},
    {"'em and '90s", "'em and '90s"},
    {"CAN'T DON'T", "ca n't do n't"},
    {"James' bike", "james ' bike"},
    {"the 1990s and 90's", "the 1990s and 90 's"},
    {"1,000 10,000.50 .5 -3 +4", "1,000 10,000.50 .5 -3 +4"},
    {"1/2 3/4 1 1/2 cups", "1/2 3/4 1\u00a01/2 cups"},
    {"50% 3.5% $5 US$10 C$5", "50 % 3.5 % $ 5 us$ 10 c$ 5"},
    {"\u00a35 \u20ac6 \u00a27 \u00a58", "# 5 $ 6 cents 7 \u00a5 8"},
    {"12:30 9:05am", "12:30 9:05 am"},
    {"2/3/2010 2010-05-12", "2/3/2010 2010-05-12"},
    {"555-1234 (555) 123-4567", "555-1234 -lrb-555-rrb-\u00a0123-4567"},
    {"1-800-555-1234", "1-800-555-1234"},
    {"1st 2nd 23rd", "1st 2nd 23rd"},
    {"5'10\" tall", "5 ' 10 '' tall"},
    {"3D 4x4 1080p", "3d 4x4 1080p"},
    {"Mr. Smith and Mrs. Jones", "mr. smith and mrs. jones"},
    {"Dr. Who vs. Prof. X", "dr. who vs. prof. x"},
    {"U.S. flag", "u.s. flag"},
    {"in the U.S.", "in the u.s."},
    {"Acme Inc.", "acme inc. ."},
    {"Acme Inc. sells", "acme inc. sells"},
    {"at 5 p.m.", "at 5 p.m."},
    {"at 5 p.m. today", "at 5 p.m. today"},
    {"etc.", "etc. ."},
    {"e.g. a dog, i.e. an animal", "e.g. a dog , i.e. an animal"},
    {"Jan. 5", "jan. 5"},
    {"No. 5", "no. 5"},
    {"No.", "no ."},
    {"Ph.D. student", "ph.d. student"},
    {"(left) [right] {top}", "-lrb- left -rrb- -lsb- right -rsb- -lcb- top -rcb-"},
    {"<b>bold</b> text", "<b> bold </b> text"},
    {"<a href=\"x\">link</a>", "<a\u00a0href=\"x\"> link </a>"},
    {"a < b > c", "a < b > c"},
    {"&amp; &lt; &gt; &quot; &nbsp;", "& < > ''"},
    {"AT&T R&D Q&A", "at&t r&d q&a"},
    {"and/or he/she", "and/or he/she"},
    {"w/ cheese w/o ham", "w / cheese w/o ham"},
    {"http://www.x.org/a?b=c", "http://www.x.org/a?b=c"},
    {"www.site.co.uk and site.com", "www.site.co.uk and site.com"},
    {"me@mail.com", "me@mail.com"},
    {"@name #tag", "@name #tag"},
    {"file.txt C++ C# .NET", "file.txt c++ c# . net"},
    {"Yahoo! E!", "yahoo ! e !"},
    {":-) :) ;-) :( :D <3", ":--rrb- :-rrb- ;--rrb- :-lrb- :d < 3"},
    {"-- --- - a-b", "-- -- - a-b"},
    {"... .... . . .", "... ... ..."},
    {"!!! ?? ?!", "!!! ?? ?!"},
    {"`` '' ` '", "`` '' ` '"},
    {"\"quoted\" 'single'", "`` quoted '' ` single '"},
    {"\u201ccurly\u201d \u2018quotes\u2019 it\u2019s", "`` curly '' ` quotes ' it 's"},
    {"\u2014 \u2013 \u2026", "-- -- ..."},
    {"\u00ab guillemets \u00bb", "`` guillemets ''"},
    {"caf\u00e9 na\u00efve \u00fcber", "caf\u00e9 na\u00efve \u00fcber"},
    {"\u00bd cup 1\u00bd \u00bc", "1/2 cup 1 1/2 1/4"},
    {"20\u00b0C 5\u00b0", "20 \u00b0 c 5 \u00b0"},
    {"\u2122 \u00a9 \u00ae", "\u2122 \u00a9 \u00ae"},
    {"\u4e2d\u6587 \u65e5\u672c\u8a9e", "\u4e2d\u6587 \u65e5\u672c\u8a9e"},
    {"\U0001f436 dog \U0001f600", "dog"},
    {"soft\u00adhyphen", "softhyphen"},
    {"no\u00a0break", "no break"},
    {"e\u0301t\u00e9", "e\u0301t\u00e9"},
    {"#1 #12", "# 1 # 12"},
    {"***** * **", "***** * **"},
    {"a_b a__b ___", "a_b a __ b ___"},
    {"\\ / |", "\\ / |"},
    {"~ ^ = +", "~ ^ = +"},
    {"mother-in-law X-ray 2-door", "mother-in-law x-ray 2-door"},
    {"U.S.-led anti-war", "u.s.-led anti-war"},
    {"\u039f\u0394\u039f\u03a3 \u03a3", "\u03bf\u03b4\u03bf\u03c2 \u03c3"},
    {"", ""},
    {"   ", ""},
    {".", "."},
};

TEST(PtbTokenizer, CutsAsTheReferenceDoes) {
  for (const Case& one : kCases) EXPECT_EQ(joined(ptb_tokenize(one.line)), one.tokens) << one.line;
}

TEST(PtbTokenizer, TheEndOfALineIsTheEndOfASentence) {
  EXPECT_EQ(ptb_tokenize("Acme Inc."), (Tokens{"acme", "inc.", "."}));
  EXPECT_EQ(ptb_tokenize("Acme Inc. sells"), (Tokens{"acme", "inc.", "sells"}));
}

TEST(PtbTokenizer, BytesThatAreNoUtf8AreLeftOut) {
  EXPECT_EQ(ptb_tokenize("a \xff b"), (Tokens{"a", "b"}));
  EXPECT_EQ(ptb_tokenize("\xe2\x82"), Tokens{});
  for (const std::string& token : ptb_tokenize("caf\xe9 \xf0\x9f dog\xc0\x80s"))
    EXPECT_EQ(detail::find_invalid_utf8(token), std::string::npos) << token;
}

TEST(PtbTokenizer, LongLinesTakeLinearTime) {
  // A quadratic rule would need minutes for these.
  for (const char* piece :
       {"a", "1", ".", "-", "'", "<", "http://", "a@", "(555) ", "&amp;", "\u4e2d", "\U0001f436"}) {
    std::string line;
    while (line.size() < 200000) line += piece;
    EXPECT_LE(ptb_tokenize(line).size(), line.size()) << piece;
  }
}

TEST(CaptionTokens, PunctuationIsDroppedButNotLowerCaseBrackets) {
  EXPECT_EQ(caption_tokens("A man's hat, (red) \"new\"; it's... good!"),
            (Tokens{"a", "man", "'s", "hat", "-lrb-", "red", "-rrb-", "new", "it", "'s", "good"}));
  EXPECT_EQ(caption_tokens("dog.\ncat - mouse -- bird"), (Tokens{"dog", "cat", "mouse", "bird"}));
  EXPECT_EQ(caption_tokens(""), Tokens{});
  EXPECT_EQ(caption_tokens(" . , ! "), Tokens{});
}

}  // namespace
}  // namespace pixelsail
