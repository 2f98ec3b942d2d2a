#include "eval/eval_config.h"

#include <gtest/gtest.h>

#include "../predict/fake_model.h"
#include "config/config.h"
#include "report/report.h"

namespace pixelsail {
namespace {

using test::has;
using test::message_of;

EvalConfig parse(const std::string& text, const std::vector<std::string>& overrides = {}) {
  return parse_config<EvalConfig>(text, "eval.yaml", overrides);
}

const std::string kOne = "benchmarks:\n  - benchmark: refcoco\n    split: val\n    root: data/x\n";
const std::string kTwo = kOne + "  - benchmark: grefcoco\n    split: testA\n    root: data/x\n";
const std::string kPair = "checkpoints:\n  - name: trained\n    dir: a\n  - name: shipped\n    dir: b\n";

std::vector<std::string> names(const EvalConfig& config) {
  std::vector<std::string> list;
  for (const EvalJob& job : plan_jobs(config)) list.push_back(job.name);
  return list;
}

TEST(EvalConfig, DefaultsAndRoundTrip) {
  const EvalConfig config = parse(kOne, {"benchmarks[0].limit=7", "batch_size=3"});
  EXPECT_EQ(resolved(config).benchmarks[0].prompt, " Please segment {sent} in this image.");
  EXPECT_EQ(config.benchmarks[0].limit, 7);
  EXPECT_EQ(config.batch_size, 3);
  EXPECT_TRUE(config_differences(config, parse(config_to_yaml(config))).empty());
}

TEST(EvalConfig, UnknownKeysAndValuesAreRefused) {
  EXPECT_TRUE(has(message_of<ConfigError>([] { parse(kOne + "batch_siz: 3\n"); }), "batch_size"));
  EXPECT_THROW(parse("benchmarks:\n  - benchmark: refcocoo\n    split: val\n    root: x\n"), ConfigError);
  EXPECT_TRUE(
      has(message_of<ConfigError>([] { parse("benchmarks:\n  - benchmark: refcocoo\n    root: x\n"); }),
          "perbench_vtres"));
  EXPECT_THROW(parse("checkpoints: []\n"), ConfigError);
}

TEST(EvalConfig, DefaultsReachTheBenchmarksThatHaveTheOption) {
  const EvalConfig config = parse(
      "defaults: {root: data/x, gt_merge: sa2va_rle}\n"
      "benchmarks:\n  - benchmark: refcoco\n  - benchmark: mme\n  - {benchmark: grefcoco, gt_merge: "
      "union}\n");
  const EvalConfig asked = resolved(config);
  EXPECT_EQ(asked.benchmarks[0].root, "data/x");
  EXPECT_EQ(asked.benchmarks[1].root, "data/x");
  ASSERT_NE(config.benchmarks[0].options.find("gt_merge"), nullptr);
  EXPECT_EQ(std::get<std::string>(*config.benchmarks[0].options.find("gt_merge")), "sa2va_rle");
  EXPECT_EQ(std::get<std::string>(*config.benchmarks[2].options.find("gt_merge")), "union");
  // Said in the entry itself it is an error.
  EXPECT_TRUE(has(message_of<ConfigError>([] {
                    resolved(parse("benchmarks:\n  - {benchmark: mme, root: x, gt_merge: sa2va_rle}\n"));
                  }),
                  "refcoco"));
}

TEST(EvalConfig, ASingleResultIsNamedAfterTheBenchmarkUnlessNamed) {
  EvalConfig config = parse(kOne);
  config.checkpoints = {{.name = {}, .dir = "a/"}};
  EXPECT_EQ(names(config), (std::vector<std::string>{"refcoco"}));
  EXPECT_EQ(plan_jobs(config)[0].folder, "");
  config.checkpoints[0].name = "mine";
  EXPECT_EQ(names(config), (std::vector<std::string>{"mine"}));
}

TEST(EvalConfig, TheDemoHasThreeResults) {
  const EvalConfig config = parse(kOne + kPair + "baselines: [blind]\ncontact_sheet: samples.png\n");
  validate(config);
  EXPECT_EQ(names(config), (std::vector<std::string>{"trained", "shipped", "blind"}));
  EXPECT_EQ(plan_jobs(config)[0].folder, "predictions/trained");
}

TEST(EvalConfig, SeveralOfBothAreNamedAfterBoth) {
  const EvalConfig config = parse(kTwo + kPair);
  EXPECT_EQ(names(config), (std::vector<std::string>{"trained refcoco", "trained grefcoco", "shipped refcoco",
                                                     "shipped grefcoco"}));
  EvalConfig splits = parse(kOne + "  - benchmark: refcoco\n    split: testA\n    root: data/x\n");
  splits.checkpoints = {{.name = {}, .dir = "a"}};
  EXPECT_EQ(names(splits), (std::vector<std::string>{"refcoco val", "refcoco testA"}));
}

TEST(EvalConfig, ValidateRefusesWhatCannotRun) {
  EXPECT_THROW(validate(parse("benchmarks: []\n" + kPair)), ConfigError);
  EXPECT_TRUE(has(message_of<ConfigError>([] { validate(parse(kOne)); }), "--checkpoint"));
  EXPECT_THROW(validate(parse(kOne + kPair + "baselines: [select_some]\n")), ConfigError);
  EXPECT_THROW(validate(parse(kOne + "    prompt: segment it\n" + kPair)), ConfigError);
  EXPECT_THROW(validate(parse(kOne + kPair + "contact_sheet: ../x.png\n")), ConfigError);
  EXPECT_THROW(validate(parse(kOne + kPair + "contact_sheet: x.jpg\n")), ConfigError);
  EvalConfig same = parse(kOne + kPair);
  same.checkpoints[1].name = "trained";
  EXPECT_TRUE(has(message_of<ConfigError>([&] { validate(same); }), "trained"));
}

TEST(EvalConfig, JsonKeepsItsTypes) {
  EvalConfig config;
  config.title = "123";
  config.benchmarks.push_back({.benchmark = "refcoco", .split = "val"});
  config.benchmarks[0].limit = 5;
  const OrderedJson json = config_to_json(ConfigWriter().tree(config));
  EXPECT_EQ(json["title"], "123");
  EXPECT_EQ(json["benchmarks"][0]["limit"], 5);
  EXPECT_EQ(json["checkpoints"], OrderedJson::array());
}

}  // namespace
}  // namespace pixelsail
