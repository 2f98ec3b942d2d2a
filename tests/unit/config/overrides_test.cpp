#include <gtest/gtest.h>

#include "example_config.h"

namespace pixelsail::testing {
namespace {

const char* const kText = R"(train:
  steps: 10
parts:
  - kind: disc
  - kind: star
    sizes: [1, 2]
scales:
note:
)";

TEST(ConfigOverrides, SetValuesOfEveryKind) {
  const Example config =
      parse(kText, {"train.steps=20", "train.optimizer.lr=1e-3", "parts[1].weight=2.5", "parts[1].sizes[0]=7",
                    "scales.y=3", "note=a = b", "train.optimizer.clip=null", "tags=[b, a]",
                    "named={n: {kind: star}}", "output_dir=''"});
  EXPECT_EQ(config.train.steps, 20);
  EXPECT_EQ(config.train.optimizer.lr, 1e-3);
  EXPECT_EQ(config.parts[1].weight, 2.5);
  EXPECT_EQ(config.parts[1].sizes, (std::vector<std::int64_t>{7, 2}));
  EXPECT_EQ(config.scales, (std::map<std::string, double>{{"y", 3.0}}));
  EXPECT_EQ(config.note, "a = b");
  EXPECT_FALSE(config.train.optimizer.clip.has_value());
  EXPECT_EQ(config.tags, (std::vector<std::string>{"b", "a"}));
  EXPECT_EQ(config.named.at("n").kind, "star");
  EXPECT_EQ(config.output_dir, "");
}

TEST(ConfigOverrides, LaterOnesWin) {
  EXPECT_EQ(parse("", {"train.steps=2", "train.steps=3"}).train.steps, 3);
  EXPECT_EQ(parse("", {"train={steps: 2}", "train.batch=1"}).train.steps, 2);
}

TEST(ConfigOverrides, Errors) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"train.stepz=3", "--set train.stepz=3: train.stepz: unknown key (did you mean 'steps'?)"},
      {"train.steps=x", "--set train.steps=x: train.steps: expected an integer, found 'x'"},
      {"train.steps=0", "--set train.steps=0: train.steps: 0 is out of range, must be at least 1"},
      {"train.steps", "--set train.steps: no '='; expected key.path=value"},
      {"=3", "--set =3: no key; expected"},
      {".a=3", "--set .a=3: empty key; expected"},
      {"a..b=3", "--set a..b=3: empty key; expected"},
      {"a.=3", "--set a.=3: empty key; expected"},
      {"parts[x].kind=disc", "--set parts[x].kind=disc: 'x' is not a list index; expected"},
      {"parts[-1].kind=disc", "--set parts[-1].kind=disc: '-1' is not a list index; expected"},
      {"parts[0=1", "--set parts[0=1: '[' without ']'; expected"},
      {"parts[0]kind=1", "--set parts[0]kind=1: a '.' is missing after ']'; expected"},
      {"[0]=1", "--set [0]=1: a key path begins with a key; expected"},
      {"parts[2].kind=disc", "--set parts[2].kind=disc: parts has 2 items, so there is no [2]"},
      {"train[0]=1", "--set train[0]=1: train is not a list in the configuration file"},
      {"tags[0]=b", "--set tags[0]=b: tags is not a list in the configuration file"},
      {"train.steps.x=1", "--set train.steps.x=1: train.steps is not a mapping, so it has no key 'x'"},
      {"tags=[a", "--set tags=[a:1: malformed YAML"},
      {"scales={a: 1, a: 2}", "a: duplicate key"},
      {"output_dir=",
       "--set output_dir=: output_dir: expected a text, found no value (write '' for an empty text)"},
  };
  for (const auto& [assignment, message] : cases) {
    const std::string found = error_of([&, &text = assignment] { parse(kText, {text}); });
    EXPECT_NE(found.find(message), std::string::npos) << assignment << "\n gives: " << found;
  }
}

}  // namespace
}  // namespace pixelsail::testing
