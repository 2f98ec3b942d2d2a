#include "eval/report.h"

#include <gtest/gtest.h>

#include "eval/eval_config.h"
#include "eval/sample_sheet.h"
#include "fake_model.h"

namespace pixelsail {
namespace {

using test::has;

EvalResult result(const std::string& name, const std::string& benchmark) {
  EvalResult result{.name = name};
  result.score.benchmark = benchmark;
  result.score.split = "val";
  result.score.overall = {.samples = 4, .ciou = 0.5, .giou = 0.25};
  result.score.kinds = {{"position", {.samples = 3, .ciou = 0.125}}};
  return result;
}

TEST(Report, JsonHoldsTheScoringObject) {
  EvalResult one = result("trained", "refcoco");
  one.failures = {"ref_id 1 sent_id 2: gone"};
  one.counts.failed = 1;
  const OrderedJson json = result_to_json(one);
  EXPECT_EQ(json.begin().key(), "name");
  EXPECT_EQ(json["benchmark"], "refcoco");
  EXPECT_EQ(json["ciou"], 0.5);
  EXPECT_EQ(json["kinds"]["position"]["ciou"], 0.125);
  EXPECT_EQ(json["counts"]["failed"], 1);
  EXPECT_EQ(json["failures"][0], "ref_id 1 sent_id 2: gone");
}

TEST(Report, MarkdownHasScoresKindsCountsAndFailures) {
  std::vector<EvalResult> results{result("trained", "refcoco"), result("select_all", "refcoco")};
  results[0].counts.failed = 3;
  results[0].failures = {"ref_id 1 sent_id 2: gone"};
  results[1].baseline = true;
  const std::string text = report_markdown(results);
  for (const char* part : {"| trained ", "0.5000", "## cIoU by kind of expression, refcoco val",
                           "| position ", "0.1250", "- ref_id 1 sent_id 2: gone", "- and 2 more"}) {
    EXPECT_TRUE(has(text, part)) << part << "\n" << text;
  }
  EXPECT_FALSE(has(text, "N-acc"));
  results.push_back(result("general", "grefcoco"));
  EXPECT_TRUE(has(report_markdown(results), "N-acc"));
}

TEST(Report, ConfigKeepsItsTypes) {
  EvalConfig config;
  config.prompt = "123";
  config.benchmarks.push_back({.benchmark = "refcoco", .split = "val", .limit = 5});
  const OrderedJson json = config_to_json(ConfigWriter().tree(config));
  EXPECT_EQ(json["prompt"], "123");
  EXPECT_EQ(json["benchmarks"][0]["limit"], 5);
  EXPECT_EQ(json["checkpoints"], OrderedJson::array());
}

TEST(SampleSheet, PicksDifferentImagesAndKindsInTurn) {
  std::vector<ReferExpression> expressions;
  for (int image = 0; image < 30; ++image) {
    for (int i = 0; i < 4; ++i) {
      expressions.push_back({.ref_id = image, .sent_id = image * 4 + i, .image_id = image});
      expressions.back().kind = std::string(1, static_cast<char>('a' + i));
    }
  }
  const auto picked = pick_samples(expressions, 12);
  ASSERT_EQ(picked.size(), 12u);
  std::map<std::string, int> kinds;
  std::set<std::int64_t> images;
  for (const std::size_t i : picked) {
    ++kinds[expressions[i].kind];
    images.insert(expressions[i].image_id);
  }
  EXPECT_EQ(images.size(), 12u);
  EXPECT_EQ(kinds["a"], 3);
  EXPECT_EQ(kinds["d"], 3);
  EXPECT_EQ(pick_samples(expressions, 100).size(), 30u);
  EXPECT_TRUE(pick_samples({}, 12).empty());
}

}  // namespace
}  // namespace pixelsail
