#include "io/json.h"

#include <limits>

#include "io/atomic_file.h"
#include "support.h"

namespace pixelsail {
namespace {

using test::expect_error;
using test::TempDir;

TEST(JsonFile, FaultsNameLineAndColumn) {
  expect_error<DataError>([] { parse_json("{\"a\": 1,\n  \"b\": }", "x.json"); }, "x.json:2:8: ");
  expect_error<DataError>([] { parse_json("", "x.json"); }, "x.json:1:1: ");
  expect_error<DataError>([] { parse_json("[1, 2] 3", "x.json"); }, "x.json:1:8: ");
  expect_error<DataError>([] { parse_json("[\"\xff\"]", "x.json"); }, "x.json:1:3: ");
  expect_error<DataError>([] { parse_json("[1e999]", "x.json"); }, "x.json:1:");
  expect_error<DataError>([] { read_json("/nonexistent/file.json"); }, "/nonexistent/file.json");
}

TEST(JsonFile, DepthIsLimited) {
  const auto nested = [](int depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_NO_THROW(parse_json(nested(200), "x"));
  expect_error<DataError>([&] { parse_json(nested(201), "x"); }, "x:1:201: nested deeper");
  expect_error<DataError>([&] { parse_json(std::string(5'000'000, '['), "x"); }, "nested deeper");
  // Brackets inside strings do not count.
  EXPECT_NO_THROW(parse_json("\"\\\"" + std::string(500, '[') + "\"", "x"));
}

TEST(JsonLines, NumbersSkipsEmptyLinesAndAddsContext) {
  const TempDir dir;
  const auto path = dir.path() / "a.jsonl";
  write_file_atomic(path, "{\"v\":1}\n\n{\"v\":2}\r\n{\"v\":3}");
  std::vector<std::pair<int, std::size_t>> seen;
  read_jsonl(path, [&](Json&& value, std::size_t line) { seen.emplace_back(value["v"], line); });
  EXPECT_EQ(seen, (std::vector<std::pair<int, std::size_t>>{{1, 1}, {2, 3}, {3, 4}}));
  expect_error<DataError>(
      [&] { read_jsonl(path, [](Json&& v, std::size_t) { json_int(v, "w", "object"); }); },
      path.string() + ":1: object: \"w\" is missing");
  expect_error<DataError>([&] { read_jsonl(dir.path(), [](Json&&, std::size_t) {}); }, dir.path().string());
  expect_error<DataError>([&] { read_jsonl(dir.path() / "none", [](Json&&, std::size_t) {}); }, "none");
}

TEST(JsonLines, TornTailIsDroppedOnlyWhenAllowed) {
  const TempDir dir;
  const auto path = dir.path() / "a.jsonl";
  const auto count = [&](bool allow) {
    int lines = 0;
    read_jsonl(
        path, [&](Json&&, std::size_t) { ++lines; }, allow);
    return lines;
  };
  write_file_atomic(path, "{\"v\":1}\n{\"v\":");
  EXPECT_EQ(count(true), 1);
  expect_error<DataError>([&] { count(false); }, "a.jsonl:2: ");
  // A broken line that was finished is no torn tail.
  write_file_atomic(path, "{\"v\":1}\n{\"v\":\n");
  expect_error<DataError>([&] { count(true); }, "a.jsonl:2: ");
}

TEST(JsonMembers, WrongTypesAreNamed) {
  const Json object = parse_json(R"({"i": 3, "f": 1.5, "s": "x", "big": 18446744073709551615})", "x");
  EXPECT_EQ(json_int(object, "i", "w"), 3);
  EXPECT_EQ(json_number(object, "i", "w"), 3.0);
  EXPECT_EQ(json_number(object, "f", "w"), 1.5);
  EXPECT_EQ(json_string(object, "s", "w"), "x");
  expect_error<DataError>([&] { json_int(object, "f", "w"); }, "w: \"f\" should be an integer, not number");
  expect_error<DataError>([&] { json_int(object, "big", "w"); }, "w: \"big\"");
  expect_error<DataError>([&] { json_number(object, "s", "w"); }, "not string");
  expect_error<DataError>([&] { json_string(object, "none", "w"); }, "w: \"none\" is missing");
  expect_error<DataError>([&] { json_at(Json::array(), "a", "w"); }, "w: should be an object, not array");
}

TEST(JsonWrite, NumbersRoundTripAndNanIsRefused) {
  const TempDir dir;
  const auto path = dir.path() / "out.json";
  const std::vector<double> values = {0.1, 1.0 / 3, 1e-308, 5e-324, 123456789.123456789, -0.0, 1e22, 2.0};
  write_json_atomic(path, OrderedJson{{"v", values}, {"a", 1}});
  EXPECT_EQ(read_json(path)["v"].get<std::vector<double>>(), values);
  const std::string first = read_file(path);
  EXPECT_LT(first.find("\"v\""), first.find("\"a\""));
  EXPECT_TRUE(first.ends_with("}\n"));
  const OrderedJson bad = {{"a", {{"b", {1.0, std::numeric_limits<double>::quiet_NaN()}}}}};
  expect_error<RunError>([&] { write_json_atomic(path, bad); }, "/a/b/1");
  expect_error<RunError>([&] { write_json_atomic(path, OrderedJson("\xff")); }, "out.json");
  EXPECT_EQ(read_file(path), first);
}

}  // namespace
}  // namespace pixelsail
