#include <gtest/gtest.h>

#include <filesystem>

#include "example_config.h"

namespace pixelsail::testing {
namespace {

struct BadConfig {
  std::string text;
  std::string message;
};

std::string message_of(const std::string& text) {
  return error_of([&] { parse(text); });
}

TEST(ConfigErrors, KeysAndValues) {
  const std::vector<BadConfig> cases = {
      // Unknown, duplicate, missing
      {"train:\n  stepz: 3\n", "x.yaml:2: train.stepz: unknown key (did you mean 'steps'?)"},
      {"\ntrian: {}\n", "x.yaml:2: trian: unknown key (did you mean 'train'?)"},
      {"train:\n  optimizer:\n    zzzzzz: 1\n",
       "x.yaml:3: train.optimizer.zzzzzz: unknown key (known here: lr, schedule, clip)"},
      {"train:\n  steps: 3\n  batch: 1\n  steps: 4\n",
       "x.yaml:4: train.steps: duplicate key (first at x.yaml:2)"},
      {"parts:\n  - kind: disc\n  - {kind: star, kind: disc}\n",
       "x.yaml:3: parts[1].kind: duplicate key (first at x.yaml:3)"},
      {"parts:\n  - kind: disc\n  - weight: 2\n", "x.yaml:3: parts[1].kind: missing required key"},
      {"parts:\n  - knid: disc\n", "x.yaml:2: parts[0].knid: unknown key (did you mean 'kind'?)"},
      // Integers
      {"train: {steps: 1e3}", "x.yaml:1: train.steps: expected an integer, found '1e3'"},
      {"train: {steps: 1.0}", "x.yaml:1: train.steps: expected an integer, found '1.0'"},
      {"train: {steps: 0x10}", "x.yaml:1: train.steps: expected an integer, found '0x10'"},
      {"train: {steps: '5'}", "x.yaml:1: train.steps: expected an integer, found the text '5'"},
      {"train: {steps: }", "x.yaml:1: train.steps: expected an integer, found no value"},
      {"train: {steps: [1]}", "x.yaml:1: train.steps: expected an integer, found a list"},
      {"train: {steps: {a: 1}}", "x.yaml:1: train.steps: expected an integer, found a mapping"},
      {"train: {steps: true}", "x.yaml:1: train.steps: expected an integer, found 'true'"},
      {"train: {steps: +-5}", "x.yaml:1: train.steps: expected an integer, found '+-5'"},
      {"train: {steps: 99999999999999999999}",
       "x.yaml:1: train.steps: 99999999999999999999 does not fit 64 bits"},
      {"train: {steps: 0}", "x.yaml:1: train.steps: 0 is out of range, must be at least 1"},
      {"train: {batch: 513}", "x.yaml:1: train.batch: 513 is out of range, must be at most 512"},
      {"train: {batch: -3000000000}",
       "x.yaml:1: train.batch: -3000000000 is out of range, must be between -2147483648 and 512"},
      {"parts: [{kind: disc, sizes: [4, 65]}]",
       "x.yaml:1: parts[0].sizes[1]: 65 is out of range, must be between 1 and 64"},
      // Doubles
      {"train: {optimizer: {lr: fast}}", "x.yaml:1: train.optimizer.lr: expected a number, found 'fast'"},
      {"train: {optimizer: {lr: 1e-3x}}", "x.yaml:1: train.optimizer.lr: expected a number, found '1e-3x'"},
      {"train: {optimizer: {lr: 1.5}}",
       "x.yaml:1: train.optimizer.lr: 1.5 is out of range, must be between 0 and 1"},
      {"train: {optimizer: {lr: .nan}}", "x.yaml:1: train.optimizer.lr: .nan is not a finite number"},
      {"train: {optimizer: {clip: -.INF}}", "x.yaml:1: train.optimizer.clip: -.INF is not a finite number"},
      {"train: {optimizer: {clip: inf}}", "x.yaml:1: train.optimizer.clip: inf is not a finite number"},
      {"bound: 1e999", "x.yaml:1: bound: 1e999 does not fit a double"},
      {"scales: {x: -1}", "x.yaml:1: scales.x: -1 is out of range, must be at least 0"},
      // Truth values
      {"train: {resume: yes}", "x.yaml:1: train.resume: expected true or false, found 'yes'"},
      {"train: {resume: 1}", "x.yaml:1: train.resume: expected true or false, found '1'"},
      {"flags: [true, maybe]", "x.yaml:1: flags[1]: expected true or false, found 'maybe'"},
      // Texts
      {"output_dir:", "x.yaml:1: output_dir: expected a text, found no value (write '' for an empty text)"},
      {"output_dir: [a]", "x.yaml:1: output_dir: expected a text, found a list"},
      {"train: {optimizer: {schedule: cosin}}",
       "x.yaml:1: train.optimizer.schedule: 'cosin' is not one of cosine, constant (did you mean 'cosine'?)"},
      {"tags: [a, zzz]", "x.yaml:1: tags[1]: 'zzz' is not one of a, b, long tag"},
      // Collections and structs
      {"parts: {kind: disc}", "x.yaml:1: parts: expected a list, found a mapping"},
      {"parts:", "x.yaml:1: parts: expected a list, found no value"},
      {"parts: [disc]", "x.yaml:1: parts[0]: expected a mapping (key: value), found 'disc'"},
      {"train: 5", "x.yaml:1: train: expected a mapping (key: value), found '5'"},
      {"scales: [1]", "x.yaml:1: scales: expected a mapping (key: value), found a list"},
      {"named: {a: {kind: dics}}",
       "x.yaml:1: named.a.kind: 'dics' is not one of disc, square, star (did you mean 'disc'?)"},
      {"- 1\n- 2\n", "x.yaml:1: expected a mapping (key: value), found a list"},
      {"hello", "x.yaml:1: expected a mapping (key: value), found 'hello'"},
  };
  for (const BadConfig& bad : cases) EXPECT_EQ(message_of(bad.text), bad.message) << bad.text;
}

TEST(ConfigErrors, RefusedYaml) {
  const std::vector<BadConfig> cases = {
      {"train: &base {steps: 1}", "x.yaml:1: train: YAML anchors (&name) are not supported"},
      {"a: &x 1\nb: *x\n", "x.yaml:1: a: YAML anchors (&name) are not supported"},
      {"train:\n  <<: {steps: 1}\n", "x.yaml:2: train: YAML merge keys ('<<') are not supported"},
      {"train: {steps: !!int 5}", "x.yaml:1: train.steps: YAML tags are not supported"},
      {"train: {steps: 5}\n---\ntrain: {}\n", "a second YAML document"},
      {"[a, b]: 1\n", "x.yaml:1: a key must be a text"},
      {": 1\n", "x.yaml:1: a key must be a text"},
      {"train:\n  steps: [1, 2\n", "x.yaml:"},
      {"train:\n\tsteps: 1\n", "x.yaml:2"},
      {"a: b: c\n", "x.yaml:1"},
      {"train: {steps: 1\n", "malformed YAML"},
  };
  for (const BadConfig& bad : cases) {
    EXPECT_NE(message_of(bad.text).find(bad.message), std::string::npos)
        << bad.text << "\n gives: " << message_of(bad.text);
  }
}

TEST(ConfigErrors, DeepNestingEndsInAnError) {
  const std::string text = "train: " + std::string(5000, '[') + std::string(5000, ']');
  EXPECT_NE(message_of(text).find("malformed YAML"), std::string::npos);
}

TEST(ConfigErrors, RequiredKeyOfAnAbsentStruct) {
  EXPECT_EQ(error_of([] { parse_config<Outer>("", "x.yaml"); }), "x.yaml: part.kind: missing required key");
  EXPECT_EQ(error_of([] { parse_config<Outer>("part:\n  weight: 1\n", "x.yaml"); }),
            "x.yaml:2: part.kind: missing required key");
}

TEST(ConfigErrors, UnreadableFiles) {
  EXPECT_EQ(error_of([] { load_config<Example>("/nonexistent/a.yaml"); }),
            "/nonexistent/a.yaml: configuration file cannot be opened");
  const auto folder = std::filesystem::temp_directory_path();
  EXPECT_NE(error_of([&] { load_config<Example>(folder); }).find("is a folder"), std::string::npos);
}

}  // namespace
}  // namespace pixelsail::testing
