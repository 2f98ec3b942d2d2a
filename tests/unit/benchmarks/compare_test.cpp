#include "benchmarks/compare.h"

#include <gtest/gtest.h>

#include <fstream>

#include "../annotations/fixtures.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

using test::has;
using test::message_of;

class Compare : public ::testing::Test {
 protected:
  std::filesystem::path write(const std::string& name, const std::string& text) {
    std::ofstream(dir_.path() / name, std::ios::binary) << text;
    return dir_.path() / name;
  }
  test::TempDir dir_;
};

TEST_F(Compare, PerSampleFilesInAnyOrder) {
  const auto a = write("a", R"({"id":"x","unit":0,"iou":0.5,"intersection":1,"union":2,"text":"q"}
{"id":"y","unit":4,"iou":0.25,"intersection":1,"union":4,"text":"r"}
)");
  const auto b = write("b", R"({"id":"y","unit":1,"iou":1.0,"intersection":4,"union":4,"text":"r"}
{"id":"x","unit":0,"iou":0.0,"intersection":0,"union":2,"text":"q"}
)");
  const auto [first, second] = read_per_sample(a, b);
  EXPECT_EQ(first.metrics, (std::vector<std::string>{"iou", "ciou"}));
  EXPECT_EQ(second.samples[0].id, "x");
  const OrderedJson json = compare_results(first, second, {.resamples = 50});
  EXPECT_DOUBLE_EQ(json.at("metrics").at("iou").at("a").get<double>(), 0.375);
  EXPECT_DOUBLE_EQ(json.at("metrics").at("iou").at("difference").get<double>(), 0.125);
  EXPECT_DOUBLE_EQ(json.at("metrics").at("ciou").at("a").get<double>(), 2.0 / 6);
  EXPECT_DOUBLE_EQ(json.at("metrics").at("ciou").at("b").get<double>(), 4.0 / 6);
  ASSERT_EQ(json.at("differ_most").size(), 2u);
  EXPECT_EQ(json.at("differ_most").at(0).at("id"), "y");
  EXPECT_DOUBLE_EQ(json.at("differ_most").at(1).at("difference").get<double>(), -0.5);
}

TEST_F(Compare, WrittenFilesAreRead) {
  ScoreResult result;
  result.samples = {{.id = "a", .unit = 0, .detail = {{"meteor", 0.1}, {"answer", "caf\xc3\xa9"}}},
                    {.id = "b", .unit = 0, .detail = {{"meteor", 0.3}, {"answer", "broken \xff"}}}};
  write_per_sample(dir_.path() / "s", result);
  const auto [a, b] = read_per_sample(dir_.path() / "s", dir_.path() / "s");
  EXPECT_EQ(a.units, 1u);
  EXPECT_EQ(a.samples[0].detail.at("answer"), "caf\xc3\xa9");
  EXPECT_NEAR(draw_all(a.draw, a.units).at(0), 0.2, 1e-15);
  EXPECT_TRUE(compare_results(a, b, {.resamples = 5}).at("differ_most").empty());
}

TEST_F(Compare, WhatDoesNotFit) {
  const auto a = write("a", "{\"id\":\"x\",\"unit\":0,\"iou\":1}\n");
  const auto b = write("b", "{\"id\":\"y\",\"unit\":0,\"iou\":1}\n");
  EXPECT_TRUE(has(message_of<DataError>([&] { read_per_sample(a, b); }), "lacks sample x"));
  const auto both = write("c", "{\"id\":\"x\",\"unit\":0,\"iou\":1}\n{\"id\":\"y\",\"unit\":0,\"iou\":1}\n");
  EXPECT_TRUE(has(message_of<DataError>([&] { read_per_sample(a, both); }), "lacks sample y"));
  const auto twice = write("d", "{\"id\":\"x\",\"unit\":0}\n{\"id\":\"x\",\"unit\":0}\n");
  EXPECT_TRUE(has(message_of<DataError>([&] { read_per_sample(twice, a); }), "d:2: sample x is there twice"));
  const auto words = write("e", "{\"id\":\"x\",\"unit\":0,\"iou\":\"1\"}\n");
  EXPECT_TRUE(has(message_of<DataError>([&] { read_per_sample(words, a); }), "no number in common"));
  EXPECT_TRUE(has(message_of<DataError>([&] { read_per_sample(write("f", ""), a); }), "holds no sample"));
}

TEST_F(Compare, LinesThatAreNone) {
  const auto a = write("a", "{\"id\":\"x\",\"unit\":0,\"iou\":1}\n");
  const std::string deep(100'000, '[');
  for (const std::string& line :
       {std::string("[1]"), std::string(R"({"id":1,"unit":0})"), std::string(R"({"id":"x","unit":-1})"),
        std::string(R"({"id":"x","unit":1e300})"), std::string(R"({"id":"x","unit":"0"})"), std::string("{"),
        R"({"id":"x","unit":0,"iou":)" + deep + std::string(deep.size(), ']') + "}"}) {
    const auto b = write("b", line + "\n");
    EXPECT_TRUE(
        has(message_of<DataError>([&] { read_per_sample(b, a); }), "b:1: is no line of a per-sample file"))
        << line.substr(0, 40);
  }
  // As other programs write whole numbers, and a number that is none.
  const auto floats = write("c", R"({"id":"x","unit":0.0,"iou":1,"meteor":NaN})"
                                 "\n");
  EXPECT_EQ(read_per_sample(floats, a).first.metrics, std::vector<std::string>{"iou"});
}

}  // namespace
}  // namespace pixelsail
