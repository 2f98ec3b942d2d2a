#include "eval/evaluator.h"

#include <gtest/gtest.h>

#include "fake_model.h"
#include "io/atomic_file.h"

namespace pixelsail {
namespace {

namespace fs = std::filesystem;
using test::has;
using test::message_of;

class Evaluator : public ::testing::Test {
 protected:
  Evaluator() {
    test::write_refcoco(dir_.path() / "data");
    for (const char* name : {"a", "b"}) test::write_text(dir_.path() / name / "config.json", name);
    config_.benchmarks = {
        {.benchmark = "refcoco", .split = "train", .root = (dir_.path() / "data").string()}};
    config_.checkpoints = {{.name = {}, .dir = (dir_.path() / "a").string()}};
    config_.batch_size = 4;
  }

  std::vector<EvalResult> run(const std::string& out = "out", bool restart = false) {
    const EvalRun run{.out = dir_.path() / out, .restart = restart, .progress = false};
    return run_evaluation(
        config_, run,
        [&](const CheckpointConfig& checkpoint, const EvalConfig&) {
          opened_.push_back(fs::path(checkpoint.dir).filename().string());
          return model_.function();
        },
        log_);
  }
  fs::path out(const std::string& file) const { return dir_.path() / "out" / file; }

  test::TempDir dir_;
  EvalConfig config_;
  test::FakeModel model_;
  Logger log_{LogLevel::kOff};
  std::vector<std::string> opened_;
};

TEST_F(Evaluator, WritesPredictionsAndReports) {
  const auto results = run();
  ASSERT_EQ(results.size(), 1u);
  const Json report = read_json(out("report.json"));
  EXPECT_EQ(report["results"].size(), 1u);
  EXPECT_EQ(report["results"][0]["name"], "refcoco");
  EXPECT_EQ(report["results"][0]["samples"], 15);
  EXPECT_EQ(report["config"]["batch_size"], 4);
  EXPECT_EQ(read_predictions(out("predictions.jsonl")).size(), 15u);
  EXPECT_TRUE(has(read_file(out("report.md")), "| refcoco "));
}

TEST_F(Evaluator, InterruptedRunGivesTheSameFiles) {
  run("whole");
  const int questions = model_.questions;
  model_.die_after = model_.batches + 2;
  EXPECT_THROW(run(), RunError);
  EXPECT_FALSE(fs::exists(out("report.json")));
  model_.die_after = 0;
  run();
  EXPECT_EQ(model_.questions, 2 * questions);
  for (const char* file : {"predictions.jsonl", "report.json", "report.md", "run.json"}) {
    EXPECT_EQ(read_file(out(file)), read_file(dir_.path() / "whole" / file)) << file;
  }
}

TEST_F(Evaluator, AFinishedRunAsksNothing) {
  run();
  const int questions = model_.questions;
  run();
  EXPECT_EQ(model_.questions, questions);
  EXPECT_EQ(opened_.size(), 1u);
  run("out", true);
  EXPECT_EQ(model_.questions, 2 * questions);
}

TEST_F(Evaluator, AnotherCheckpointOrPromptIsRefused) {
  run();
  config_.checkpoints[0].dir = (dir_.path() / "b").string();
  EXPECT_TRUE(has(message_of<ConfigError>([&] { run(); }), "checkpoint"));
  run("out", true);
  config_.prompt = "{sent}?";
  EXPECT_TRUE(has(message_of<ConfigError>([&] { run(); }), "prompt"));
  config_.prompt = kReferPrompt;
  config_.benchmarks[0].gt_merge = "lisa_sum";
  EXPECT_EQ(run()[0].score.options.gt_merge, PolygonMerge::kLisaSum);
}

TEST_F(Evaluator, DemoReport) {
  config_.checkpoints = {{.name = "trained", .dir = (dir_.path() / "a").string()},
                         {.name = "shipped", .dir = (dir_.path() / "b").string()}};
  config_.baselines = {"select_all"};
  config_.contact_sheet = "samples.png";
  run();
  const Json results = read_json(out("report.json"))["results"];
  ASSERT_EQ(results.size(), 3u);
  EXPECT_EQ(results[0]["name"], "trained");
  EXPECT_EQ(results[1]["name"], "shipped");
  EXPECT_EQ(results[2]["name"], "select_all");
  EXPECT_GT(load_image(out("samples.png")).height, 50);
  EXPECT_TRUE(fs::exists(out("predictions/shipped/predictions.jsonl")));
  EXPECT_EQ(opened_, (std::vector<std::string>{"a", "b"}));
}

TEST_F(Evaluator, MissingImageIsReported) {
  config_.contact_sheet = "samples.png";
  fs::remove(dir_.path() / "data/images/train2014" / test::image_name(2));
  const auto results = run();
  EXPECT_EQ(results[0].counts.failed, 5);
  EXPECT_EQ(results[0].score.overall.samples, 15);
  const Json result = read_json(out("report.json"))["results"][0];
  EXPECT_EQ(result["counts"]["failed"], 5);
  EXPECT_TRUE(has(result["failures"][0].get<std::string>(), test::image_name(2)));
  EXPECT_TRUE(has(read_file(out("report.md")), "Failed samples"));
  EXPECT_TRUE(fs::exists(out("samples.png")));
}

TEST_F(Evaluator, MissingImageStopsWhenAskedTo) {
  config_.on_error = "stop";
  fs::remove(dir_.path() / "data/images/train2014" / test::image_name(2));
  EXPECT_THROW(run(), DataError);
  EXPECT_FALSE(fs::exists(out("report.json")));
}

TEST_F(Evaluator, LimitTakesTheFirstExpressions) {
  config_.benchmarks[0].limit = 4;
  EXPECT_EQ(run()[0].score.overall.samples, 4);
}

TEST_F(Evaluator, CheckpointFolderMustBeOne) {
  config_.checkpoints[0].dir = (dir_.path() / "nowhere").string();
  EXPECT_TRUE(has(message_of<DataError>([&] { run(); }), "nowhere"));
  config_.checkpoints[0].dir = (dir_.path() / "data").string();
  EXPECT_TRUE(has(message_of<DataError>([&] { run(); }), "config.json"));
}

}  // namespace
}  // namespace pixelsail
