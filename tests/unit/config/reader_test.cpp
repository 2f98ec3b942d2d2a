#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "example_config.h"

namespace pixelsail::testing {
namespace {

TEST(ConfigReader, EmptyTextKeepsDefaults) {
  for (const std::string text : {"", "# only a comment\n", "---\n", "{}"}) {
    const Example config = parse(text);
    EXPECT_EQ(config.train.steps, 100) << text;
    EXPECT_EQ(config.tags, std::vector<std::string>{"a"}) << text;
    EXPECT_EQ(config.train.optimizer.clip, 1.0) << text;
  }
}

TEST(ConfigReader, ReadsEveryKind) {
  const Example config = parse(R"(output_dir: runs/demo
train:
  steps: 2000
  batch: -3
  resume: true
  optimizer: {lr: 1e-3, schedule: constant, clip: null}
parts:
  - kind: disc
    weight: 2
    sizes: [1, 64]
  - {kind: star}
tags: [b, 'long tag']
flags: [true, false, true]
scales: {a: 0.5, b.c: 2}
named:
  first: {kind: square, weight: .5}
note: "hello: world"
bound: -.inf
)");
  EXPECT_EQ(config.output_dir, "runs/demo");
  EXPECT_EQ(config.train.steps, 2000);
  EXPECT_EQ(config.train.batch, -3);
  EXPECT_TRUE(config.train.resume);
  EXPECT_EQ(config.train.optimizer.lr, 1e-3);
  EXPECT_EQ(config.train.optimizer.schedule, "constant");
  EXPECT_FALSE(config.train.optimizer.clip.has_value());
  ASSERT_EQ(config.parts.size(), 2U);
  EXPECT_EQ(config.parts[0].sizes, (std::vector<std::int64_t>{1, 64}));
  EXPECT_EQ(config.parts[0].weight, 2.0);
  EXPECT_EQ(config.parts[1].kind, "star");
  EXPECT_EQ(config.parts[1].weight, 1.0);
  EXPECT_EQ(config.tags, (std::vector<std::string>{"b", "long tag"}));
  EXPECT_EQ(config.flags, (std::vector<bool>{true, false, true}));
  EXPECT_EQ(config.scales, (std::map<std::string, double>{{"a", 0.5}, {"b.c", 2.0}}));
  EXPECT_EQ(config.named.at("first").weight, 0.5);
  EXPECT_EQ(config.note, "hello: world");
  EXPECT_TRUE(std::isinf(config.bound) && config.bound < 0);
}

TEST(ConfigReader, ListsAndMapsReplaceDefaults) {
  const Example config = parse("tags: []\nscales: {}\n");
  EXPECT_TRUE(config.tags.empty());
  EXPECT_TRUE(config.scales.empty());
}

TEST(ConfigReader, TextsMayLookLikeNumbersOrNothing) {
  EXPECT_EQ(parse("output_dir: 0123").output_dir, "0123");
  EXPECT_EQ(parse("output_dir: true").output_dir, "true");
  EXPECT_EQ(parse("output_dir: ''").output_dir, "");
  EXPECT_EQ(parse("output_dir: 'null'").output_dir, "null");
  EXPECT_EQ(parse("note: ~").note, std::nullopt);
}

TEST(ConfigReader, Numbers) {
  EXPECT_EQ(parse("train: {steps: +7}").train.steps, 7);
  EXPECT_EQ(parse("train: {steps: 9007199254740993}").train.steps, 9007199254740993);  // above 2^53
  EXPECT_EQ(parse("bound: 1e3").bound, 1000.0);
  EXPECT_EQ(parse("bound: +1.5").bound, 1.5);
  EXPECT_EQ(parse("bound: 3").bound, 3.0);
  EXPECT_TRUE(std::isnan(parse("bound: .nan").bound));
}

TEST(ConfigReader, ReadsFile) {
  const auto path = std::filesystem::temp_directory_path() / "pixelsail_config_reader_test.yaml";
  std::ofstream(path) << "train:\n  steps: 5\n";
  const auto config = load_config<Example>(path, {"train.batch=4"});
  EXPECT_EQ(config.train.steps, 5);
  EXPECT_EQ(config.train.batch, 4);
  std::ofstream(path) << "train:\n  stepz: 5\n";
  EXPECT_EQ(error_of([&] { load_config<Example>(path); }),
            path.string() + ":2: train.stepz: unknown key (did you mean 'steps'?)");
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace pixelsail::testing
