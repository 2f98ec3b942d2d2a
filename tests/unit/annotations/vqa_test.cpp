#include "annotations/vqa.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "pixelsail/error.h"

namespace pixelsail {
namespace {

VqaTable table_of(const std::string& text) {
  return VqaTable(TsvTable::parse(text, "t.tsv"));
}

std::string error_of(const std::string& text) {
  try {
    table_of(text);
  } catch (const DataError& error) {
    return error.what();
  }
  return "";
}

TEST(Vqa, ReadsQuestions) {
  const VqaTable table = table_of(
      "index\tquestion\thint\tA\tB\tC\tanswer\tcategory\tl2-category\tsplit\n"
      "7\t\"two\nlines\"\tNA\tcat\tNone\t1\tA\tcolor\tCP\tdev\n"
      "8\tq\th\tx\ty\t\tB\t\t\ttest\n");
  const VqaQuestion& first = table.questions().at(0);
  EXPECT_EQ(first.index, "7");
  EXPECT_EQ(first.question, "two\nlines");
  EXPECT_EQ(first.hint, std::nullopt);
  // "None" is no option, and the 1 of a column with a missing cell is a float.
  EXPECT_EQ(first.options, (std::vector<std::pair<char, std::string>>{{'A', "cat"}, {'C', "1.0"}}));
  EXPECT_EQ(first.l2_category, "CP");
  EXPECT_EQ(table.questions().at(1).category, std::nullopt);
  EXPECT_EQ(table.questions().at(1).split, "test");
}

TEST(Vqa, L2CategoryGoesByTwoNames) {
  EXPECT_EQ(table_of("index\tquestion\tl2_category\n1\tq\tx\n").questions().at(0).l2_category, "x");
}

TEST(Vqa, ErrorsNameTheRecord) {
  EXPECT_NE(error_of("question\nq\n").find("\"index\""), std::string::npos);
  EXPECT_NE(error_of("index\n1\n").find("\"question\""), std::string::npos);
  EXPECT_NE(error_of("index\tquestion\na\tq\n\tq\n").find("t.tsv:3: the record has no index"),
            std::string::npos);
  EXPECT_NE(error_of("index\tquestion\n1\tq\n01\tq\n").find("t.tsv:3: index 1 is there twice"),
            std::string::npos);
}

std::string image_error(const VqaTable& table, std::size_t i) {
  try {
    table.image_bytes(table.questions().at(i));
  } catch (const DataError& error) {
    return error.what();
  }
  return "";
}

TEST(Vqa, Images) {
  const std::string long_text = std::string(64, 'A') + "Zg==";
  const VqaTable table =
      table_of("index\tquestion\timage\n1\tq\t" + long_text + "\n2\tq\t1\n3\tq\t\n4\tq\t['" + long_text +
               "', \"Zm9v\"]\n5\tq\t9\n6\tq\t2\n7\tq\t" + std::string(65, '-') + "\n");
  EXPECT_EQ(table.without_image(), 1U);
  const auto& questions = table.questions();
  EXPECT_EQ(table.image_bytes(questions.at(0)).at(0).size(), 49U);
  EXPECT_EQ(table.image_bytes(questions.at(1)), table.image_bytes(questions.at(0)));
  ASSERT_EQ(table.image_bytes(questions.at(2)).size(), 2U);
  EXPECT_EQ(table.image_bytes(questions.at(2)).at(1).size(), 3U);
  EXPECT_NE(image_error(table, 3).find("t.tsv:6: question 5: no image"), std::string::npos);
  EXPECT_NE(image_error(table, 4).find("question 6: no image"), std::string::npos);
  EXPECT_NE(image_error(table, 5).find("question 7: not base64"), std::string::npos);
  EXPECT_NE(image_error(table_of("index\tquestion\n1\tq\n"), 0).find("no image"), std::string::npos);
}

TEST(Vqa, ListCells) {
  using Items = std::vector<std::string_view>;
  EXPECT_EQ(list_cell("abc"), (Items{"abc"}));
  EXPECT_EQ(list_cell("['a', \"b\"]"), (Items{"a", "b"}));
  EXPECT_EQ(list_cell("['a',]"), (Items{"a"}));
  EXPECT_EQ(list_cell("[]"), (Items{}));
  for (const char* text : {"[a]", "['a' 'b']", "['a]", "['a\\'']", "[1]"})
    EXPECT_THROW(list_cell(text), DataError);
}

TEST(Vqa, FindsTables) {
  const std::filesystem::path root = std::filesystem::path(testing::TempDir()) / "vqa_tables";
  std::filesystem::remove_all(root);
  std::filesystem::create_directories(root / "mmbench");
  EXPECT_THROW(find_vqa_table(root, "mmbench"), DataError);
  const std::filesystem::path published = root / "mmbench" / "MMBench_DEV_EN.tsv";
  std::ofstream(published) << "x";
  EXPECT_EQ(find_vqa_table(root, "mmbench"), published);
  EXPECT_EQ(find_vqa_table(published, "mmbench"), published);
  std::ofstream(root / "mmbench.tsv") << "x";
  EXPECT_THROW(find_vqa_table(root, "mmbench"), DataError);
  std::ofstream(root / "MME.tsv") << "x";
  EXPECT_EQ(find_vqa_table(root, "mme"), root / "MME.tsv");
}

}  // namespace
}  // namespace pixelsail
