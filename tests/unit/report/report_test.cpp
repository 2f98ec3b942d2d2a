#include "report/report.h"

#include <gtest/gtest.h>

#include "../annotations/fixtures.h"
#include "io/atomic_file.h"
#include "report/job_result.h"

namespace pixelsail {
namespace {

using test::has;

OrderedJson job(const std::string& name, const std::string& benchmark, double ciou) {
  return {{"name", name},
          {"benchmark", benchmark},
          {"split", "val"},
          {"split_by", ""},
          {"answered_by", name},
          {"unit", "fraction"},
          {"metrics",
           {{{"name", "ciou"}, {"value", ciou}, {"low", ciou - 0.1}, {"high", ciou + 0.1}},
            {{"name", "giou"}, {"value", 0.25}}}},
          {"counts", {{"questions", 4}, {"failed", 0}}},
          {"failures", OrderedJson::array()},
          {"histogram", {{"metric", "iou"}, {"edges", {0, 0.5, 1}}, {"counts", {1, 3}}}},
          {"breakdowns",
           {{{"title", "Kind of question"},
             {"metric", "mean iou"},
             {"rows", {{{"name", "position"}, {"samples", 3}, {"value", 0.125}}}}}}},
          {"examples", {{{"id", "1:2"}, {"picture", "data:image/jpeg;base64,AAAA"}}}}};
}

TEST(Report, MarkdownHasScoresBreakdownsCountsAndFailures) {
  OrderedJson jobs{job("trained", "refcoco", 0.5), job("blind", "refcoco", 0.2)};
  jobs[0]["counts"]["failed"] = 3;
  jobs[0]["failures"] = {"sample 1:2: gone"};
  const std::string text = report_markdown(make_report({}, std::move(jobs)));
  for (const char* part :
       {"# Evaluation", "## refcoco val", "| trained ", "0.5000 [0.4000, 0.6000]",
        "Kind of question, mean iou", "| position ", "0.1250", "- sample 1:2: gone", "- and 2 more"}) {
    EXPECT_TRUE(has(text, part)) << part << "\n" << text;
  }
}

TEST(Report, StandsBesideThePaper) {
  ReportOptions options;
  options.paper_tables = std::string(PIXELSAIL_SOURCE_DIR) + "/data/paper_tables.json";
  const OrderedJson report = make_report(options, OrderedJson{job("mine", "refcoco", 0.512)});
  ASSERT_EQ(report["tables"].size(), 4u);
  const std::string text = report_markdown(report);
  EXPECT_TRUE(has(text, "mine")) << text;
  EXPECT_TRUE(has(text, "51.2")) << text;
  EXPECT_TRUE(has(text, "LAVT"));
}

TEST(Report, FilesKeepPicturesInThePageOnly) {
  const test::TempDir dir;
  const OrderedJson report = make_report({}, OrderedJson{job("mine", "refcoco", 0.5)});
  write_report(dir.path(), report);
  EXPECT_TRUE(has(read_file(dir.path() / "report.html"), "base64,AAAA"));
  EXPECT_FALSE(has(read_file(dir.path() / "report.json"), "base64,AAAA"));
}

TEST(Report, ChanceIsThatOfBlindAnswers) {
  OrderedJson mine = job("mine", "refcoco", 0.5);
  OrderedJson blind = job("blind", "refcoco", 0.2);
  blind["metrics"].erase(1);
  add_chance(mine, blind);
  EXPECT_EQ(mine["metrics"][0]["chance"], 0.2);
  EXPECT_FALSE(mine["metrics"][1].contains("chance"));
  EXPECT_EQ(mine["histogram"]["chance"], OrderedJson({1, 3}));
  EXPECT_EQ(headline(mine), "ciou 0.5000, giou 0.2500");
}

}  // namespace
}  // namespace pixelsail
