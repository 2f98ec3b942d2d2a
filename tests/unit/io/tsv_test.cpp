#include "io/tables/tsv.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "io/base64.h"
#include "io/tables/tsv_column.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

using Cells = std::vector<std::vector<std::string>>;

Cells cells_of(const TsvTable& table) {
  Cells cells;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    cells.emplace_back();
    for (std::size_t column = 0; column < table.columns().size(); ++column)
      cells.back().emplace_back(table.cell(row, column));
  }
  return cells;
}

Cells parse_cells(const std::string& text) {
  return cells_of(TsvTable::parse(text, "t.tsv"));
}

std::string error_of(const std::string& text) {
  try {
    TsvTable::parse(text, "t.tsv");
  } catch (const DataError& error) {
    return error.what();
  }
  return "";
}

/// The texts of a column, "-" for missing.
std::vector<std::string> column_texts(const std::vector<std::string>& cells) {
  std::string text = "k\tA\n";
  for (const std::string& cell : cells) text += "x\t" + cell + "\n";
  const TsvTable table = TsvTable::parse(text, "t.tsv");
  const TsvColumn column(table, 1);
  std::vector<std::string> texts;
  for (std::size_t row = 0; row < table.rows(); ++row) texts.push_back(column.text(row).value_or("-"));
  return texts;
}

using Texts = std::vector<std::string>;

TEST(Tsv, QuotedCellsHoldTabsLineEndsAndQuotes) {
  EXPECT_EQ(parse_cells("a\tb\n\"x\ty\"\t\"1\n2\"\n"), (Cells{{"x\ty", "1\n2"}}));
  EXPECT_EQ(parse_cells("a\tb\n\"say \"\"hi\"\"\"\tz\n"), (Cells{{"say \"hi\"", "z"}}));
  EXPECT_EQ(parse_cells("a\tb\n\"x\"y\"z\tw\n"), (Cells{{"xy\"z", "w"}}));
}

TEST(Tsv, QuotesInsidePlainCellsAreCharacters) {
  EXPECT_EQ(parse_cells("a\tb\n5\" tall\t\"\"\n"), (Cells{{"5\" tall", ""}}));
  EXPECT_EQ(parse_cells("a\tb\n \"x\"\ty\n"), (Cells{{" \"x\"", "y"}}));
}

TEST(Tsv, EveryKindOfLineEndAndBlankLines) {
  for (const std::string end : {"\n", "\r\n", "\r"}) {
    EXPECT_EQ(parse_cells("a\tb" + end + "1\t2" + end + end + "  " + end + "3\t4"),
              (Cells{{"1", "2"}, {"3", "4"}}));
  }
  EXPECT_EQ(parse_cells("a\tb\n\t\n"), (Cells{{"", ""}}));
}

TEST(Tsv, ByteOrderMarkIsNoPartOfTheFirstName) {
  const TsvTable table = TsvTable::parse("\xEF\xBB\xBFindex\tb\n1\t2\n", "t.tsv");
  EXPECT_EQ(table.find_column("index"), 0U);
}

TEST(Tsv, CellsAtTheEndMayBeMissing) {
  EXPECT_EQ(parse_cells("a\tb\tc\n1\n"), (Cells{{"1", "", ""}}));
}

TEST(Tsv, MovedTablesKeepTheirCells) {
  TsvTable first = TsvTable::parse("a\tb\n\"x\"\"\"\ty\n", "t.tsv");
  const TsvTable second = std::move(first);
  EXPECT_EQ(cells_of(second), (Cells{{"x\"", "y"}}));
}

TEST(Tsv, ErrorsNameTheLine) {
  EXPECT_NE(error_of("a\tb\n\"1\n2\"\t3\n1\t2\t3\n").find("t.tsv:4: expected 2 cells"), std::string::npos);
  EXPECT_NE(error_of("a\tb\n1\t2\n\"open\n\n").find("t.tsv:3:"), std::string::npos);
  EXPECT_NE(error_of("a\n1\n\xFF\n").find("t.tsv:3:"), std::string::npos);
  EXPECT_NE(error_of("\n \n").find("empty"), std::string::npos);
  EXPECT_THROW(TsvTable::read("/nowhere/t.tsv"), DataError);
}

TEST(Tsv, WideHeaderOverShortRowsStaysSmall) {
  const std::string header(200'000, '\t');
  std::string rows;
  for (int i = 0; i < 200'000; ++i) rows += "x\n";
  EXPECT_EQ(TsvTable::parse(header + "\n" + rows, "t.tsv").rows(), 200'000U);
}

TEST(TsvColumn, MissingCells) {
  for (const char* text : {"", "NA", "N/A", "n/a", "#N/A", "null", "NULL", "nan", "NaN", "-nan", "None",
                           "<NA>", "1.#IND", "-1.#QNAN"})
    EXPECT_TRUE(is_missing_cell(text)) << text;
  for (const char* text : {"NAN", "none", "Null", " ", "na", "+nan", "0"})
    EXPECT_FALSE(is_missing_cell(text)) << text;
}

TEST(TsvColumn, Integers) {
  EXPECT_EQ(column_texts({"007", "+5", " 8 ", "-0"}), (Texts{"7", "5", "8", "0"}));
  EXPECT_EQ(column_texts({"1", "", "-0"}), (Texts{"1.0", "-", "0.0"}));
  EXPECT_EQ(column_texts({"007", "x"}), (Texts{"007", "x"}));
}

TEST(TsvColumn, WideIntegers) {
  EXPECT_EQ(column_texts({"9223372036854775808", "01"}), (Texts{"9223372036854775808", "1"}));
  EXPECT_EQ(column_texts({"9223372036854775808", ""}), (Texts{"9223372036854775808", ""}));
  EXPECT_EQ(column_texts({"18446744073709551616", "", "-01"}), (Texts{"18446744073709551616", "-", "-1"}));
  EXPECT_EQ(column_texts({"18446744073709551615", "1.5"}), (Texts{"1.8446744073709552e+19", "1.5"}));
}

TEST(TsvColumn, Floats) {
  EXPECT_EQ(column_texts({"1.50", "1e5", ".5", "5."}), (Texts{"1.5", "100000.0", "0.5", "5.0"}));
  EXPECT_EQ(column_texts({"1e16", "0.00001", "1e15", "-0.0"}),
            (Texts{"1e+16", "1e-05", "1000000000000000.0", "-0.0"}));
  EXPECT_EQ(column_texts({"inf", "-Infinity", "1e999", "1e-999", "2"}),
            (Texts{"inf", "-inf", "inf", "0.0", "2.0"}));
  EXPECT_EQ(column_texts({"1.5", "1e"}), (Texts{"1.5", "1e"}));
}

TEST(TsvColumn, Booleans) {
  EXPECT_EQ(column_texts({"true", "FALSE", ""}), (Texts{"True", "False", "-"}));
  EXPECT_EQ(column_texts({"true", "1"}), (Texts{"true", "1"}));
}

TEST(TsvColumn, FloatText) {
  EXPECT_EQ(python_float_text(0.1), "0.1");
  EXPECT_EQ(python_float_text(123456.789), "123456.789");
  EXPECT_EQ(python_float_text(1e22), "1e+22");
  EXPECT_EQ(python_float_text(1.5e-7), "1.5e-07");
  EXPECT_EQ(python_float_text(0.0001), "0.0001");
  EXPECT_EQ(python_float_text(0), "0.0");
}

std::string decoded(const std::string& text) {
  std::string result;
  for (const std::byte b : decode_base64(text)) result += static_cast<char>(b);
  return result;
}

TEST(Base64, Rfc4648Vectors) {
  EXPECT_EQ(decoded(""), "");
  EXPECT_EQ(decoded("Zg=="), "f");
  EXPECT_EQ(decoded("Zm8="), "fo");
  EXPECT_EQ(decoded("Zm9v"), "foo");
  EXPECT_EQ(decoded("Zm9v\nYmFy"), "foobar");
}

TEST(Base64, RejectsWhatNoEncoderWrites) {
  for (const char* text : {"Zg", "Zg=", "Zg===", "====", "Z", "Zm9v=", "Zg==Zg==", "Zm-v", "Zh=="})
    EXPECT_THROW(decode_base64(text), DataError) << text;
}

}  // namespace
}  // namespace pixelsail
