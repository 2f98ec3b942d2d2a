#include "text/unicode.h"

#include "text_fixture.h"

namespace pixelsail::detail {
namespace {

TEST(Unicode, DecodesValidText) {
  EXPECT_EQ(decode_utf8("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"),
            (std::u32string{U'a', 0xE9, 0x20AC, 0x1F600}));
  EXPECT_EQ(decode_utf8(std::string_view("\0", 1)), std::u32string(1, U'\0'));
}

TEST(Unicode, RefusesInvalidText) {
  for (const char* text : {"ab\x80", "ab\xC3", "ab\xC0\xAF", "ab\xED\xA0\x80", "ab\xF4\x90\x80\x80", "ab\xFF",
                           "ab\xE2\x82", "ab\xF0\x80\x80\x80"}) {
    EXPECT_NE(test::data_error_of([&] { decode_utf8(text); }).find("byte 2"), std::string::npos) << text;
    EXPECT_NE(test::data_error_of([&] { require_utf8(text); }).find("byte 2"), std::string::npos) << text;
  }
}

TEST(Unicode, ReplacesMaximalIllFormedParts) {
  // The example of the Unicode standard, table 3-8.
  EXPECT_EQ(replace_invalid_utf8("\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41"),
            "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\x41");
  // Table 3-11: truncated sequences are replaced as a whole.
  EXPECT_EQ(replace_invalid_utf8("\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41"), "\uFFFD\uFFFD\uFFFD\uFFFD\x41");
  EXPECT_EQ(replace_invalid_utf8("na\xC3\xAFve"), "na\xC3\xAFve");
}

TEST(Unicode, ComposesToNfc) {
  EXPECT_EQ(nfc("e\u0301"), "\u00E9");
  EXPECT_EQ(nfc("q\u0307\u0323"), "q\u0323\u0307");  // canonical order
  EXPECT_EQ(nfc("\u1100\u1161\u11A8"), "\uAC01");    // Hangul
  EXPECT_EQ(nfc("\u212B"), "\u00C5");                // singleton
  EXPECT_EQ(nfc("\u0344"), "\u0308\u0301");          // excluded from composition
  EXPECT_EQ(nfc("\uFB01 \u00B5"), "\uFB01 \u00B5");  // compatibility forms stay
}

TEST(Unicode, NfcNormalizesOnlyWhereItMust) {
  EXPECT_EQ(nfc(""), "");
  EXPECT_EQ(nfc("\u0301e\u0301 \u732B e\u0301\u0323x\u0301"), "\u0301\u00E9 \u732B \u1EB9\u0301x\u0301");
  EXPECT_EQ(nfc("\uAC00\u11A8\u11A8"), "\uAC01\u11A8");  // a syllable takes one final consonant
  EXPECT_EQ(nfc("\u0958\u0915\u093C"), "\u0915\u093C\u0915\u093C");
  EXPECT_EQ(nfc("\u00E9\u0323"), "\u1EB9\u0301");  // composed, yet not in canonical order
  EXPECT_EQ(nfc("\U0002F800"), "\u4E3D");
}

TEST(Unicode, NfcLeavesWhatIsYoungerThanUnicode9) {
  EXPECT_EQ(nfc("q\u08D3\u0334"), "q\u08D3\u0334");                // a mark of Unicode 11
  EXPECT_EQ(nfc("q\u08D4\u0334"), "q\u0334\u08D4");                // a mark of Unicode 9
  EXPECT_EQ(nfc("\U00011935\U00011930"), "\U00011935\U00011930");  // of Unicode 13
  EXPECT_EQ(nfc("\U00011938"), "\U00011938");
}

TEST(Unicode, NfcOfManyMarksIsNotQuadratic) {
  std::string text = "a";
  for (int i = 0; i < 200000; ++i) text += i % 2 == 0 ? "\u0301" : "\u0316";
  const std::string normal = nfc(text);
  // Class 220 comes before class 230, but does not keep the first of those from composing.
  EXPECT_EQ(normal.substr(0, 4), "\u00E1\u0316");
  EXPECT_EQ(normal.size(), text.size() - 1);
}

TEST(Unicode, Classes) {
  EXPECT_TRUE(is_letter(U'z') && is_letter(0x4E00) && is_letter(0x17F) && is_letter(0x2B0));
  EXPECT_FALSE(is_letter(0x301) || is_letter(U'1') || is_letter(U'_'));
  EXPECT_TRUE(is_number(U'7') && is_number(0x0967) && is_number(0x2167) && is_number(0xBD) &&
              is_number(0xB2));
  EXPECT_TRUE(is_space(0x85) && is_space(0xA0) && is_space(0x3000) && is_space(0x0B));
  EXPECT_FALSE(is_space(0x200B) || is_space(0x180E) || is_space(0x1C) || is_space(0xFEFF));
  EXPECT_TRUE(is_word(U'_') && is_word(0x301) && is_word(0x200D) && is_word(0x24B6) && is_word(0x0967));
  EXPECT_FALSE(is_word(U'-') || is_word(U' ') || is_word(0xBD));
}

}  // namespace
}  // namespace pixelsail::detail
