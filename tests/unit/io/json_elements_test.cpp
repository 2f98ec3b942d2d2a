#include "io/json_elements.h"

#include <gtest/gtest.h>

#include <fstream>

#include "support.h"

namespace pixelsail {
namespace {

using test::message_of;

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::vector<std::string> elements(const std::string& text, const JsonSection& options = {},
                                  const char* name = "a") {
  const test::TempDir dir;
  std::ofstream(dir.path() / "f.json", std::ios::binary) << text;
  std::vector<std::string> result;
  JsonSection section = options;
  section.element = [&](Json&& element, std::size_t index) {
    EXPECT_EQ(index, result.size());
    result.push_back(element.dump());
  };
  read_json_elements(dir.path() / "f.json", {{name, section}});
  return result;
}

std::string error(const std::string& text, const char* name = "a") {
  return message_of<DataError>([&] { elements(text, {}, name); });
}

TEST(JsonElements, FindsTheSectionAmongOthers) {
  const auto found =
      elements(R"({"x":[[1,{"a":2}],3],"a":[{"k":[1,[2.5]],"s":"t"},{}],"y":{"a":[1]},"z":null})");
  EXPECT_EQ(found, (std::vector<std::string>{R"({"k":[1,[2.5]],"s":"t"})", "{}"}));
}

TEST(JsonElements, ReadsATopLevelArray) {
  EXPECT_EQ(elements(R"([{"k":1},{"k":{"l":true}}])", {}, ""),
            (std::vector<std::string>{R"({"k":1})", R"({"k":{"l":true}})"}));
  EXPECT_TRUE(elements("[]", {}, "").empty());
}

TEST(JsonElements, LeavesOutMembers) {
  JsonSection options;
  options.keep = {"k"};
  options.drop = {"t"};
  EXPECT_EQ(elements(R"({"a":[{"b":[{"k":1}],"k":[{"t":[1,2],"b":2},{"t":3}],"c":4}]})", options),
            (std::vector<std::string>{R"({"k":[{"b":2},{}]})"}));
}

TEST(JsonElements, NamesWhatIsWrong) {
  EXPECT_TRUE(has(error("{}"), "no array \"a\""));
  EXPECT_TRUE(has(error("[]"), "expected an object at the top level"));
  EXPECT_TRUE(has(error("12"), "expected an object at the top level"));
  EXPECT_TRUE(has(error("{}", ""), "expected an array at the top level"));
  EXPECT_TRUE(has(error(R"({"a":{}})"), "\"a\": expected an array"));
  EXPECT_TRUE(has(error(R"({"a":3})"), "\"a\": expected an array"));
  EXPECT_TRUE(has(error(R"({"a":[{},5]})"), "a[1]: expected an object"));
  EXPECT_TRUE(has(error(R"({"a":[{},[]]})"), "a[1]: expected an object"));
  EXPECT_TRUE(has(error(R"({"a":[],"a":[]})"), "repeated member \"a\""));
  EXPECT_TRUE(has(error(R"({"a":[{"k":1,"k":2}]})"), "a[0]: repeated member \"k\""));
  EXPECT_TRUE(has(error(R"({"a":[{"k":1})"), "f.json: "));
  EXPECT_TRUE(has(error(R"({"a":[]} x)"), "f.json: "));
  EXPECT_TRUE(has(error(R"({"a":[{"k":1e999}]})"), "f.json: "));
  EXPECT_TRUE(has(error(""), "f.json: "));
  EXPECT_TRUE(has(error("{\"a\":[{\"k\":" + std::string(100000, '[')), "nested deeper"));
  EXPECT_TRUE(has(error("{\"b\":" + std::string(100000, '[')), "nested deeper"));
  EXPECT_TRUE(has(message_of<DataError>([] { read_json_elements("/nonexistent/f.json", {}); }),
                  "/nonexistent/f.json"));
}

}  // namespace
}  // namespace pixelsail
