#include "metrics/ptb/ptb_tokenizer.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

// Expected tokens were taken from Stanford CoreNLP 3.4.1 run on the same lines.

namespace pixelsail {
namespace {

std::string join(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::string tokens(std::string_view line) {
  return join(ptb_tokenize(line));
}
std::string caption(std::string_view text) {
  return join(caption_tokens(text));
}

std::string repeat(std::string_view piece, std::size_t times) {
  std::string text;
  for (std::size_t i = 0; i < times; ++i) text += piece;
  return text;
}

constexpr std::string_view kEverything =
    "A man's blue T-shirt, isn't it? He can't; \"the dog\" (left) costs $5.00... e.g. U.S. #1 50% well-known "
    "& more!";

TEST(PtbTokenizer, PublishedVector) {
  EXPECT_EQ(tokens(kEverything),
            "a man 's blue t-shirt , is n't it ? he ca n't ; `` the dog '' -lrb- left -rrb- costs $ 5.00 ... "
            "e.g. u.s. "
            "# 1 50 % well-known & more !");
  EXPECT_EQ(tokens("a \u2013 b \u2014 c"), "a -- b -- c");
  EXPECT_EQ(tokens("cannot"), "can not");
  EXPECT_EQ(tokens("gonna"), "gon na");
  EXPECT_EQ(tokens("{["), "-lcb- -lsb-");
}

TEST(PtbTokenizer, ContractionsAreSplit) {
  EXPECT_EQ(tokens("can't won't isn't DON'T"), "ca n't wo n't is n't do n't");
  EXPECT_EQ(tokens("it's he'll I'd you've we're"), "it 's he 'll i 'd you 've we 're");
  EXPECT_EQ(tokens("dogs' James' James's"), "dogs ' james ' james 's");
  EXPECT_EQ(tokens("couldn't've ain\u2019t he\u2019s"), "could n't 've ai n't he 's");
  EXPECT_EQ(tokens("cannot gonna gotta lemme gimme wanna"), "can not gon na got ta lem me gim me wan na");
  EXPECT_EQ(tokens("'Tis 'twas c'mon"), "'t is 't was c'mon");
  EXPECT_EQ(tokens("he n`t don&apos;t"), "he n`t do n't");
}

TEST(PtbTokenizer, ApostrophesInsideWordsStay) {
  EXPECT_EQ(tokens("O'Reilly d'Artagnan l'eau c'est"), "o'reilly d'artagnan l'eau c'est");
  EXPECT_EQ(tokens("Qur'an Shi'ite o'clock ma'am"), "qur ` an shi'ite o'clock ma'am");
  EXPECT_EQ(tokens("'em 'til 'cause the '90s '99 bug"), "'em 'til 'cause the '90s '99 bug");
  EXPECT_EQ(tokens("ol' Dunkin' somethin' goin'"), "ol' dunkin' somethin' goin '");
  EXPECT_EQ(tokens("rock 'n' roll y'all cont'd."), "rock 'n' roll y' all cont'd.");
}

TEST(PtbTokenizer, QuotesAreLatex) {
  EXPECT_EQ(tokens("He said \"hi\" to 'me'."), "he said `` hi '' to ` me ' .");
  EXPECT_EQ(tokens("\u201Ca\u201D \u2018b\u2019 \u00ABc\u00BB \u201Ed"), "`` a '' ` b ' `` c '' \u201E d");
  EXPECT_EQ(tokens("``x'' \"$5\" \" y"), "`` x '' `` $ 5 '' '' y");
  EXPECT_EQ(tokens("&quot;x&quot; 'a' 'ab"), "`` x '' ` a ' ` ab");
}

TEST(PtbTokenizer, BracketsAreNamed) {
  EXPECT_EQ(tokens("(a) [b] {c} <d> a < b << c"), "-lrb- a -rrb- -lsb- b -rsb- -lcb- c -rcb- <d> a < b << c");
  EXPECT_EQ(tokens(":) :-( ;D =) :o) 8)"), ":-rrb- :--lrb- ;d =-rrb- :o-rrb- 8 -rrb-");
  EXPECT_EQ(tokens("(^_^) (-_-) ^_^ -_-"), "-lrb-^_^-rrb- -lrb--_--rrb- ^_^ -_-");
  EXPECT_EQ(tokens("&lt;b&gt; -LRB- -rrb-"), "< b > -lrb- -rrb-");
}

TEST(PtbTokenizer, NumbersStayWhole) {
  EXPECT_EQ(tokens("10,000.50 -3 +4 12:30 .5 1."), "10,000.50 -3 +4 12:30 .5 1 .");
  EXPECT_EQ(tokens("3 1/2 1/2 3-1/2 5\u00BD \u00BC \u215B"), "3\u00A01/2 1/2 3-1/2 5 1/2 1/4 \u215B");
  EXPECT_EQ(tokens("12/25/2014 1-2-99 2014-12-25"), "12/25/2014 1-2-99 2014-12-25");
  EXPECT_EQ(tokens("call (650) 723-2300 or 555-1234"), "call -lrb-650-rrb-\u00A0723-2300 or 555-1234");
  EXPECT_EQ(tokens("+49 30 1234567 650.723.2300"), "+49\u00A030\u00A01234567 650.723.2300");
  EXPECT_EQ(tokens("$5 US$5 \u20AC5 \u00A35 5\u00A2 \u00A55"), "$ 5 us$ 5 $ 5 # 5 5 cents \u00A5 5");
  EXPECT_EQ(tokens("50% #1 20\u00B0C m\u00B2 x\u2082"), "50 % # 1 20 \u00B0 c m \u00B2 x \u2082");
}

TEST(PtbTokenizer, AbbreviationsKeepTheirPeriod) {
  EXPECT_EQ(tokens("Mr. Smith of Acme Inc. The end"), "mr. smith of acme inc. . the end");
  EXPECT_EQ(tokens("Acme Inc. is"), "acme inc. is");
  EXPECT_EQ(tokens("Acme Inc."), "acme inc. .");
  EXPECT_EQ(tokens("the U.S. The dog"), "the u.s. . the dog");
  EXPECT_EQ(tokens("in Plan B. The dog"), "in plan b . the dog");
  EXPECT_EQ(tokens("U.S. e.g. i.e. 5 a.m."), "u.s. e.g. i.e. 5 a.m.");
  EXPECT_EQ(tokens("etc. and etc. And"), "etc. and etc. . and");
  EXPECT_EQ(tokens("fig. 3 fig. x No. 5 no. y"), "fig. 3 fig . x no. 5 no . y");
  EXPECT_EQ(tokens("Ark. ark. Mass. mass. tex. Tex."), "ark. ark . mass. mass . tex . tex. .");
  EXPECT_EQ(tokens("Sino-U.S. non-U.S. pty. ltd. Co. Ltd."), "sino-u.s. non-u.s. pty. ltd. . co. ltd. .");
  EXPECT_EQ(tokens("Ph.D. Jr. Sr., vs. cf."), "ph.d. . jr. . sr. , vs. cf.");
}

TEST(PtbTokenizer, HyphensAndDashes) {
  EXPECT_EQ(tokens("a well-known x-ray - b -- c --- d ----- e"), "a well-known x-ray - b -- c -- d ----- e");
  EXPECT_EQ(tokens("1990\u20131995 a\u2014b &mdash;"), "1990 -- 1995 a -- b --");
  EXPECT_EQ(tokens("AT&T AT&amp;T R&D S&P-500"), "at&t at&t r&d s&p-500");
  EXPECT_EQ(tokens("and/or he/she/it a/b/c/d"), "and/or he/she/it a/b/c / d");
  EXPECT_EQ(tokens("co\u00ADop \u00AD"), "coop -");
  EXPECT_EQ(tokens("pro-choice U.S.-born x_y _ __"), "pro-choice u.s.-born x_y _ __");
}

TEST(PtbTokenizer, AddressesStayWhole) {
  EXPECT_EQ(tokens("see http://www.x.org/a(b), www.y.co/z."),
            "see http://www.x.org/a -lrb- b -rrb- , www.y.co / z.");
  EXPECT_EQ(tokens("mail <jo@x.com>, jo.b@x.co.uk."), "mail <jo@x.com> , jo.b@x.co.uk .");
  EXPECT_EQ(tokens("@user #topic #1 c++ c# a.jpg! b.txt"), "@user #topic # 1 c++ c# a.jpg ! b.txt");
  EXPECT_EQ(tokens("x.com y.net/p/q. Z.com"), "x.com y.net/p/q . z.com");
}

TEST(PtbTokenizer, TagsAndEntities) {
  EXPECT_EQ(tokens("<b>bold</b> <br /> <a href=\"x y\">z</a>"),
            "<b> bold </b> <br\u00A0/> <a\u00A0href=\"x\u00A0y\"> z </a>");
  EXPECT_EQ(tokens("&amp; &nbsp; &eacute;t&eacute; &#39; &copy;"), "& &eacute;t&eacute; &#39; & copy ;");
  EXPECT_EQ(tokens("<!-- a b --> <1> <a b"), "<!--\u00A0a\u00A0b\u00A0--> < 1 > < a b");
}

TEST(PtbTokenizer, MarksAndSpaces) {
  EXPECT_EQ(tokens("wait... . . . \u2026 what?! no!!"), "wait ... ... ... what ?! no !!");
  EXPECT_EQ(tokens("a*b ** \\*\\* @@ ##"), "a * b ** \\*\\* @@ ##");
  EXPECT_EQ(tokens("a\tb\u00A0c\u3000d"), "a b c d");
  EXPECT_EQ(tokens("a,b;c:d"), "a , b ; c :d");
}

TEST(PtbTokenizer, OtherScripts) {
  EXPECT_EQ(tokens("caf\u00E9 na\u00EFve \u00DCber \u0130stanbul"),
            "caf\u00E9 na\u00EFve \u00FCber i\u0307stanbul");
  EXPECT_EQ(tokens("\u4E2D\u6587\u3002\u3053\u3093\u306B\u3061\u306F\u3001"),
            "\u4E2D\u6587 \u3002 \u3053\u3093\u306B\u3061\u306F \u3001");
  EXPECT_EQ(tokens("\u041C\u043E\u0441\u043A\u0432\u0430 \u039F\u0394\u03A5\u03A3\u03A3\u0395\u03A5\u03A3"),
            "\u043C\u043E\u0441\u043A\u0432\u0430 \u03BF\u03B4\u03C5\u03C3\u03C3\u03B5\u03C5\u03C2");
  EXPECT_EQ(tokens("a \U0001F600 b\u2603c \u2122"), "a b \u2603 c \u2122");
  EXPECT_EQ(tokens("\u0661\u0662\u066B\u0663 e\u0301"), "\u0661\u0662\u066B\u0663 e\u0301");
}

TEST(PtbTokenizer, BadUtf8ReadsAsReplacementCharacters) {
  // No token by itself, but part of an address.
  EXPECT_EQ(tokens("a\xFF"
                   "b"),
            "a b");
  EXPECT_EQ(tokens("\xE2\x82"), "");
  EXPECT_EQ(tokens("http://x\xFF\xFE/y"), "http://x\uFFFD\uFFFD/y");
  EXPECT_EQ(tokens("http://x\xE2\x82/y"), "http://x\uFFFD/y");
  EXPECT_EQ(tokens("http://x\xED\xA0\x80/y"), "http://x\uFFFD/y");
  EXPECT_EQ(tokens("http://x\xE0\x80\xAF/y"), "http://x\uFFFD\uFFFD\uFFFD/y");
  EXPECT_EQ(tokens("http://x\xF0\x9F\x98\x80/y"), "http://x\U0001F600/y");
}

TEST(PtbTokenizer, EmptyAndBrokenLines) {
  EXPECT_TRUE(ptb_tokenize("").empty());
  EXPECT_TRUE(ptb_tokenize(" \t\r\n").empty());
  EXPECT_TRUE(ptb_tokenize(std::string_view("\0\0", 2)).empty());
  EXPECT_EQ(ptb_tokenize("a\r\nb\vc\u2028d"), (std::vector<std::string>{"a", "b", "c", "d"}));
}

TEST(PtbTokenizer, PhoneNumberIsOneToken) {
  EXPECT_EQ(ptb_tokenize("(650) 723-2300"), (std::vector<std::string>{"-lrb-650-rrb-\u00A0723-2300"}));
}

// Lines that would take very long if each token looked at the rest of the line.
TEST(PtbTokenizer, LongLinesTakeLinearTime) {
  constexpr std::size_t kTimes = 20000;
  for (const std::string_view piece :
       {"a,",     "a.1",   "<a b=\"", "<a b='", "http://", "a@", "@a.",           "&",
        "www.1-", "<!a",   "aa.bb,",  "1.a.",   "^.[^x=",  "a'", "<a b='<c d=\"", "<a x ",
        "a. ",    "U.S. ", "x@y..",   "\u00AD"}) {
    EXPECT_FALSE(ptb_tokenize(repeat(piece, kTimes)).empty()) << piece;
  }
  EXPECT_EQ(ptb_tokenize(repeat("a ", kTimes)).size(), kTimes);
}

TEST(CaptionTokens, PunctuationIsDropped) {
  EXPECT_EQ(
      caption(kEverything),
      "a man 's blue t-shirt is n't it he ca n't the dog -lrb- left -rrb- costs $ 5.00 e.g. u.s. # 1 50 % "
      "well-known & more");
  EXPECT_EQ(caption("Two dogs - one: red -- [x] {y}."), "two dogs one red -lsb- x -rsb- -lcb- y -rcb-");
  EXPECT_EQ(caption("He works at Acme Inc."), "he works at acme inc.");
  EXPECT_EQ(caption("..."), "");
  EXPECT_EQ(caption(""), "");
  EXPECT_EQ(caption("x *"), "x *");
}

TEST(CaptionTokens, LineFeedsAreBlanks) {
  EXPECT_EQ(caption("a\nb"), "a b");
  EXPECT_EQ(caption("3\n1/2"), "3\u00A01/2");
  EXPECT_EQ(tokens("3\n1/2"), "3 1/2");
}

TEST(CaptionTokens, BracketsOfTheListNeverMatch) {
  EXPECT_EQ(caption("(see) 3 1/2 ``q''"), "-lrb- see -rrb- 3\u00A01/2 q");
  EXPECT_EQ(caption("-LRB-"), "-lrb-");
}

}  // namespace
}  // namespace pixelsail
