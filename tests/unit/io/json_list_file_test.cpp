#include "io/json_list_file.h"

#include <gtest/gtest.h>

#include <fstream>

#include "pixelsail/error.h"
#include "support/temp_dir.h"

namespace pixelsail {
namespace {

class JsonListFileTest : public ::testing::Test {
 protected:
  std::filesystem::path file(const std::string& text) {
    const std::filesystem::path path = dir_.path() / "list.json";
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
  std::string fault(const std::string& text, const std::string& key = {}) {
    try {
      const JsonListFile list(file(text), key);
      for (std::size_t i = 0; i < list.size(); ++i) list.read(i);
    } catch (const DataError& error) {
      return error.what();
    }
    return "none";
  }
  test::TempDir dir_;
};

TEST_F(JsonListFileTest, ReadsRecordsOfAList) {
  const JsonListFile list(file("\xEF\xBB\xBF [ {\"a\": \"x]},[\\\"{\"} ,\n{\"b\":[1,{\"c\":2}]}]\n"));
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list.read(0).at("a"), "x]},[\"{");
  EXPECT_EQ(list.read(1).at("b").at(1).at("c"), 2);
  EXPECT_TRUE(list.where(1).ends_with("list.json: [1]"));
  EXPECT_EQ(JsonListFile(file("[]")).size(), 0u);
}

TEST_F(JsonListFileTest, ReadsRecordsOfLines) {
  const JsonListFile list(file("{\"a\":1}\r\n\n  \n{\"a\":2}"));
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list.read(0).at("a"), 1);
  EXPECT_EQ(list.read(1).at("a"), 2);
}

TEST_F(JsonListFileTest, ReadsAMember) {
  const JsonListFile list(
      file(R"({"info":{"annotations":[{"a":9}]},"n":1,"annotations":[{"z":1,"b":2}],"x":"y"})"),
      "annotations");
  ASSERT_EQ(list.size(), 1u);
  EXPECT_EQ(list.read_ordered(0).begin().key(), "z");
  EXPECT_TRUE(list.where(0).ends_with("list.json: annotations[0]"));
}

TEST_F(JsonListFileTest, AFaultyRecordHarmsOnlyItself) {
  const JsonListFile list(file(R"([{"a":NaN},{"a" 1},7,{"a":2}])"));
  ASSERT_EQ(list.size(), 4u);
  EXPECT_TRUE(list.read(0).at("a").is_null());
  EXPECT_THROW(list.read(1), DataError);
  EXPECT_THROW(list.read(2), DataError);
  EXPECT_EQ(list.read(3).at("a"), 2);
}

TEST_F(JsonListFileTest, NamesWhatIsWrong) {
  EXPECT_NE(fault("7").find("should hold a list"), std::string::npos);
  EXPECT_NE(fault("[{\"a\":1},{\"a\"").find("does not end (behind record 1)"), std::string::npos);
  EXPECT_NE(fault("[{\"a").find("ends inside a text"), std::string::npos);
  EXPECT_NE(fault("{\"a\":[]}", "b").find("no list \"b\""), std::string::npos);
  EXPECT_NE(fault("{\"b\":{}}", "b").find("should be a list"), std::string::npos);
  EXPECT_NE(fault("[{\"a\":1}", "b").find("an object with \"b\""), std::string::npos);
  EXPECT_NE(fault("[" + std::string(300, '[') + std::string(300, ']') + "]").find("[0]"), std::string::npos);
  EXPECT_NE(fault("\x1F\x8B data").find("list.json"), std::string::npos);
  EXPECT_THROW(JsonListFile(dir_.path() / "none.json"), DataError);
}

}  // namespace
}  // namespace pixelsail
