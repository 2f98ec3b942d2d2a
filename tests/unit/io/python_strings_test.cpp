#include "io/python_strings.h"

#include <gtest/gtest.h>

#include "pixelsail/error.h"

namespace pixelsail::detail {
namespace {

using Parts = std::vector<std::string_view>;

TEST(PythonStrings, SplitsAtUnicodeWhiteSpace) {
  EXPECT_EQ(python_split(" a  b\t\n"), (Parts{"a", "b"}));
  EXPECT_EQ(python_split("a\x1c"
                         "b\x1f"
                         "c"),
            (Parts{"a", "b", "c"}));  // no White_Space, but Python splits there
  EXPECT_EQ(python_split("a\u00A0b\u3000c\u2028\u0085"), (Parts{"a", "b", "c"}));
  EXPECT_EQ(python_split("a\u200Bb"), (Parts{"a\u200Bb"}));  // zero width space is none
  EXPECT_EQ(python_split(""), Parts{});
  EXPECT_EQ(python_split(" \u2003 "), Parts{});
}

TEST(PythonStrings, LowerCase) {
  EXPECT_EQ(python_lower("Red SHIRT"), "red shirt");
  EXPECT_EQ(python_lower("ÉCOLE ÀÖØÞ"), "école àöøþ");
  EXPECT_EQ(python_lower("\u0130"), "i\u0307");
  EXPECT_EQ(python_lower("\u01C5 \u1E9E \U00010400"), "\u01C6 \u00DF \U00010428");
}

TEST(PythonStrings, SigmaAtTheEndOfAWord) {
  EXPECT_EQ(python_lower("ΟΔΟΣ ΣΑΣ"), "οδος σας");
  EXPECT_EQ(python_lower("Σ"), "σ");                          // nothing before
  EXPECT_EQ(python_lower("ΑΣ.Β ΑΣ. Α'Σ'"), "ασ.β ας. α'ς'");  // dots and apostrophes are looked through
  EXPECT_EQ(python_lower("ΑΣ1"), "ας1");
  EXPECT_EQ(python_lower("ⓐΣ"), "ⓐς");
}

TEST(PythonStrings, InvalidUtf8IsAnError) {
  for (const char* text : {"\xFF", "a\xC3", "\xED\xA0\x80", "\xC0\x80"}) {
    EXPECT_THROW(python_split(text), DataError);
    EXPECT_THROW(python_lower(text), DataError);
    EXPECT_THROW(decode_code_points(text), DataError);
  }
}

TEST(PythonStrings, CodePointsThereAndBack) {
  const std::string text = "aé日\U0001F600";
  EXPECT_EQ(decode_code_points(text), U"aé日\U0001F600");
  EXPECT_EQ(encode_code_points(decode_code_points(text)), text);
}

TEST(PythonStrings, LongTextsOfSigmasAndDots) {
  std::string text;
  for (int i = 0; i < 200000; ++i) text += "Σ.";
  EXPECT_EQ(python_lower(text).size(), text.size());
}

TEST(PythonStrings, Strip) {
  EXPECT_EQ(python_strip(" \x1C\xC2\xA0 a b\xE3\x80\x80\n"), "a b");
  EXPECT_EQ(python_strip(" \t"), "");
  EXPECT_EQ(python_strip("a"), "a");
  EXPECT_THROW(python_strip("\xFF"), DataError);
}

}  // namespace
}  // namespace pixelsail::detail
