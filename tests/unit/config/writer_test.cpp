#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/rng.h"
#include "example_config.h"

namespace pixelsail::testing {
namespace {

Example full_example() {
  Example config;
  config.output_dir = "a: b # \"c\"\n\\ \x01 ü";
  config.train.steps = std::numeric_limits<std::int64_t>::max();
  config.train.batch = -7;
  config.train.optimizer.lr = 0.1;
  config.train.optimizer.clip = std::nullopt;
  config.parts = {{.kind = "disc", .weight = 1.0 / 3, .sizes = {1, 2}}, {.kind = "star"}};
  config.tags = {"b", "long tag"};
  config.flags = {true, false};
  config.scales = {{"x y", 1e-300}, {"null", 2.0}};
  config.named = {{"n", {.kind = "square", .sizes = {3}}}};
  config.note = "";
  config.bound = -std::numeric_limits<double>::infinity();
  return config;
}

TEST(ConfigWriter, WritesBlockStyleInOrder) {
  Example config;
  config.parts = {{.kind = "disc", .sizes = {1, 2}}};
  EXPECT_EQ(config_to_yaml(config), R"(output_dir: runs/x
train:
  steps: 100
  batch: 2
  resume: false
  optimizer:
    lr: 4e-05
    schedule: cosine
    clip: 1
parts:
  - kind: disc
    weight: 1
    sizes: [1, 2]
tags: [a]
flags: []
scales:
  x: 1
named: {}
note: null
bound: 1e+30
)");
}

TEST(ConfigWriter, ReadsBackToTheSame) {
  const Example config = full_example();
  const Example again = parse(config_to_yaml(config));
  EXPECT_TRUE(config_differences(config, again).empty()) << config_to_yaml(again);
  EXPECT_EQ(again.output_dir, config.output_dir);
  EXPECT_EQ(again.train.steps, config.train.steps);
  EXPECT_EQ(again.parts[0].weight, config.parts[0].weight);
  EXPECT_EQ(again.scales, config.scales);
  EXPECT_EQ(again.note, "");
  EXPECT_EQ(again.bound, config.bound);
}

TEST(ConfigWriter, DoublesRoundTrip) {
  Rng rng(3);
  for (int i = 0; i < 1000; ++i) {
    Example config;
    config.bound = std::ldexp(rng.uniform() - 0.5, static_cast<int>(rng.between(-1000, 1000)));
    EXPECT_EQ(parse(config_to_yaml(config)).bound, config.bound);
  }
}

TEST(ConfigWriter, TextsRoundTrip) {
  const std::vector<std::string> texts = {"",     "~",  "null",    "NULL", "-",    "---",     "...",   "a:b",
                                          "a: b", "#",  " x",      "x ",   "'",    "\"",      "\\",    "\t\n",
                                          "*a",   "&a", "{",       "[1]",  "!t",   "%",       "@",     "`",
                                          "| a",  ">",  "=",       "1e3",  "true", "é\u2028", "-a",    ".inf",
                                          "<<",   "?",  "a, b: c", "\x7f", ".",    "..",      "yes\r", "- x"};
  for (const std::string& text : texts) {
    Example config;
    config.output_dir = text;
    config.scales = {{text.empty() ? "k" : text, 1.0}};
    const std::string yaml = config_to_yaml(config);
    const Example again = parse(yaml);
    EXPECT_EQ(again.output_dir, text) << yaml;
    EXPECT_EQ(again.scales, config.scales) << yaml;
  }
}

TEST(ConfigDifferences, NamesEveryKeyThatDiffers) {
  Example before;
  Example after = before;
  EXPECT_TRUE(config_differences(before, after).empty());
  after.train.steps = 200;
  after.train.optimizer.clip.reset();
  after.parts.push_back({.kind = "disc"});
  after.output_dir = "";
  EXPECT_EQ(config_differences(before, after),
            (std::vector<std::string>{"output_dir: runs/x -> \"\"", "parts: [] -> not set",
                                      "parts[0].kind: not set -> disc", "parts[0].sizes: not set -> []",
                                      "parts[0].weight: not set -> 1", "train.optimizer.clip: 1 -> null",
                                      "train.steps: 100 -> 200"}));
}

TEST(ConfigFlatten, KeyPaths) {
  const auto flat = flatten_config(full_example());
  EXPECT_EQ(flat.at("parts[1].kind"), "star");
  EXPECT_EQ(flat.at("parts[0].sizes[1]"), "2");
  EXPECT_EQ(flat.at("parts[1].sizes"), "[]");
  EXPECT_EQ(flat.at("train.optimizer.lr"), "0.1");
  EXPECT_EQ(flat.at("named.n.kind"), "square");
}

TEST(NearestName, FindsMisspellingsOnly) {
  const std::vector<std::string> names = {"steps", "seed", "batch_size", "lr"};
  EXPECT_EQ(nearest_name("step", names), "steps");
  EXPECT_EQ(nearest_name("sede", names), "seed");
  EXPECT_EQ(nearest_name("batchsize", names), "batch_size");
  EXPECT_EQ(nearest_name("xy", names), "");
  EXPECT_EQ(nearest_name("learning_rate", names), "");
  EXPECT_EQ(nearest_name("", names), "");
}

}  // namespace
}  // namespace pixelsail::testing
