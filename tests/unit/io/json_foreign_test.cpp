// JSON as Python and its libraries really write it.

#include <cmath>

#include "io/atomic_file.h"
#include "io/json.h"
#include "io/json_input.h"
#include "io/json_number.h"
#include "io/rle.h"
#include "io/tensors/safetensors_header.h"
#include "support.h"

namespace pixelsail {
namespace {

using test::expect_error;
using test::TempDir;

TEST(JsonForeign, NanIsNull) {
  const Json value = parse_json(R"({"area": NaN, "box": [Infinity, -Infinity, -1], "t": "NaN \" NaN"})", "x");
  EXPECT_TRUE(value["area"].is_null());
  EXPECT_EQ(value["box"].dump(), "[null,null,-1]");
  EXPECT_EQ(value["t"], "NaN \" NaN");
  expect_error<DataError>([&] { json_int(value, "area", "annotations[0]"); },
                          "annotations[0]: \"area\" should be an integer, not null (or NaN)");
  // Words that only begin alike, and the place of a later fault.
  expect_error<DataError>([] { parse_json("[NaNa]", "x"); }, "x:1:2: ");
  expect_error<DataError>([] { parse_json("[None]", "x"); }, "x:1:2: ");
  expect_error<DataError>([] { parse_json("[NaN, Infinity, ?]", "x"); }, "x:1:17: ");
}

TEST(JsonForeign, NumbersAreFoundAcrossPieces) {
  const std::string text = R"([NaN,-Infinity,Infinity,"-Infinity","a\\",NaN,-5,"N"])";
  std::string expected;
  NumberFilter().filter(text, true, expected);
  EXPECT_EQ(Json::parse(expected).dump(), R"([null,null,null,"-Infinity","a\\",null,-5,"N"])");
  for (std::size_t piece = 1; piece < 12; ++piece) {
    NumberFilter filter;
    std::string out;
    for (std::size_t at = 0; at < text.size(); at += piece)
      filter.filter(std::string_view(text).substr(at, piece), at + piece >= text.size(), out);
    EXPECT_EQ(out, expected) << piece;
  }
}

TEST(JsonForeign, FilesAreFiltered) {
  const TempDir dir;
  std::string text = "{\"a\":[";
  for (int i = 0; i < 20'000; ++i) text += "NaN, ";
  write_file_atomic(dir.path() / "a.json", text + "1]}");
  JsonInput input(dir.path() / "a.json");
  const Json value = Json::parse(input);
  EXPECT_EQ(value["a"].size(), 20'001u);
  EXPECT_TRUE(value["a"][19'999].is_null());
  EXPECT_FALSE(input.failed());
}

TEST(JsonForeign, WholeFloatsAreIntegers) {
  const Json value = parse_json(R"({"a": 1.0, "b": -2.0, "c": 1.5, "d": 1e300, "e": "1", "f": 1e3})", "x");
  EXPECT_EQ(json_int(value, "a", "w"), 1);
  EXPECT_EQ(json_int(value, "b", "w"), -2);
  EXPECT_EQ(json_int(value, "f", "w"), 1000);
  expect_error<DataError>([&] { json_int(value, "c", "w"); }, "should be an integer, not number 1.5");
  expect_error<DataError>([&] { json_int(value, "d", "w"); }, "w: \"d\"");
  expect_error<DataError>([&] { json_int(value, "e", "w"); }, "not string \"1\"");
  EXPECT_EQ(whole_json_number(Json(9007199254740992.0)), std::int64_t{1} << 53);
  EXPECT_FALSE(whole_json_number(Json(9007199254740994.0)));
  EXPECT_FALSE(whole_json_number(Json(std::nan(""))));
  EXPECT_FALSE(whole_json_number(Json(true)));
}

TEST(JsonForeign, AnArrayOfRecordsReadsLikeLines) {
  const TempDir dir;
  const auto path = dir.path() / "a.jsonl";
  const auto read = [&](const std::string& text) {
    write_file_atomic(path, text);
    std::string seen;
    read_jsonl(
        path, [&](Json&& value, std::size_t number) { seen += std::to_string(number) + value.dump() + ";"; });
    return seen;
  };
  const std::string expected = R"(1{"v":1,"w":"],[\""};2{"v":[2,[3]]};)";
  EXPECT_EQ(read("{\"v\":1,\"w\":\"],[\\\"\"}\n{\"v\":[2,[3]]}\n"), expected);
  EXPECT_EQ(read("[{\"v\":1,\"w\":\"],[\\\"\"},{\"v\":[2,[3]]}]"), expected);
  EXPECT_EQ(read("\xef\xbb\xbf\n [\n {\n \"v\": 1, \"w\": \"],[\\\"\"\n },\n {\"v\": [2, [3]]}\n]\n"),
            expected);
  EXPECT_EQ(read("[]"), "");
  EXPECT_EQ(read("\xef\xbb\xbf{\"v\":1}"), "1{\"v\":1};");
  EXPECT_EQ(read("\n\n{\"v\":1}"), "3{\"v\":1};");
  expect_error<DataError>([&] { read("[{\"v\":1}, {\"v\":"); },
                          "the JSON array does not end (behind entry 1)");
  expect_error<DataError>([&] { read("[{\"v\":1}] x"); }, "text follows the JSON array");
  expect_error<DataError>([&] { read("[{\"v\":1}, {\"v\" 2}]"); }, "a.jsonl: entry 2: ");
  expect_error<DataError>([&] { read("[{\"v\":1},]"); }, "entry 2: ");
}

TEST(JsonForeign, RunLengths) {
  const Rle plain = rle_from_json(Json{{"size", {3, 7}}, {"counts", "52>"}});
  EXPECT_EQ(rle_from_json(Json{{"size", {3, 7}}, {"counts", "b'52>'"}}).counts, plain.counts);
  EXPECT_EQ(rle_from_json(Json{{"size", {3.0, 7}}, {"counts", "b\"52>\""}}).counts, plain.counts);
  EXPECT_EQ(rle_from_json(Json{{"size", {3, 7}}, {"counts", {5.0, 2, 14}}}).counts,
            (std::vector<std::uint32_t>{5, 2, 14}));
  // A backslash is a run-length character; Python's str() doubles it.
  std::string with_backslash;
  for (int area = 10; with_backslash.find('\\') == std::string::npos && area < 2000; ++area) {
    Mask mask(1, 2000);
    for (int x = 3; x < 3 + area; ++x) mask.at(0, x) = x < 2000;
    with_backslash = rle_to_string(encode_mask(mask));
  }
  ASSERT_NE(with_backslash.find('\\'), std::string::npos);
  std::string written = "b'";
  for (const char c : with_backslash) written += c == '\\' ? "\\\\" : std::string(1, c);
  EXPECT_EQ(rle_from_json(Json{{"size", {1, 2000}}, {"counts", written + "'"}}).counts,
            rle_from_json(Json{{"size", {1, 2000}}, {"counts", with_backslash}}).counts);
  expect_error<DataError>(
      [] {
        rle_from_json(Json{{"size", {3, 7}}, {"counts", "b'52>"}});
      },
      "begins with b'");
}

TEST(JsonForeign, SafetensorsWithoutMetadata) {
  const auto header = detail::parse_safetensors_header(
      R"({"__metadata__":null,"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})", 1, "x");
  EXPECT_EQ(header.entries.size(), 1u);
  EXPECT_TRUE(header.metadata.empty());
  expect_error<DataError>([] { detail::parse_safetensors_header(R"({"a":null})", 0, "x"); },
                          "unexpected null");
}

}  // namespace
}  // namespace pixelsail
