#include "eval/evaluator.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <atomic>
#include <csignal>
#include <stdexcept>

#include "../predict/fake_model.h"
#include "io/atomic_file.h"
#include "io/json.h"

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
        {.benchmark = "refcoco", .root = (dir_.path() / "data").string(), .split = "train"}};
    config_.checkpoints = {{.name = {}, .dir = (dir_.path() / "a").string()}};
    config_.batch_size = 4;
  }

  EvalOutcome run(const std::string& out = "out", bool restart = false, Shard shard = {}) {
    const EvalRun run{.out = dir_.path() / out, .restart = restart, .progress = false, .shard = shard};
    return run_evaluation(
        config_, run,
        [&](const CheckpointConfig& checkpoint, const EvalConfig&) {
          opened_.push_back(fs::path(checkpoint.dir).filename().string());
          return model_.function();
        },
        log_);
  }
  fs::path out(const std::string& file) const { return dir_.path() / "out" / file; }
  /// Value of a metric of the first job.
  static double metric(const OrderedJson& report, const std::string& name) {
    for (const OrderedJson& one : report.at("jobs")[0].at("metrics"))
      if (one.at("name") == name) return one.at("value");
    throw std::invalid_argument(name);
  }
  static std::vector<Json> lines(const fs::path& file) {
    std::vector<Json> all;
    read_jsonl(file, [&](Json&& line, std::size_t) { all.push_back(std::move(line)); });
    return all;
  }
  void expect_same_files(const std::string& a, const std::string& b) const {
    for (const char* file :
         {"predictions.jsonl", "report.json", "report.md", "report.html", "eval_config.yaml"})
      EXPECT_EQ(read_file(dir_.path() / a / file), read_file(dir_.path() / b / file)) << file;
  }

  test::TempDir dir_;
  EvalConfig config_;
  test::FakeModel model_;
  Logger log_{LogLevel::kOff};
  std::vector<std::string> opened_;
};

TEST_F(Evaluator, WritesPredictionsAndReports) {
  const EvalOutcome outcome = run();
  ASSERT_TRUE(outcome.complete);
  const Json report = read_json(out("report.json"));
  ASSERT_EQ(report["jobs"].size(), 1u);
  EXPECT_EQ(report["jobs"][0]["name"], "refcoco");
  EXPECT_EQ(report["jobs"][0]["counts"]["questions"], 15);
  EXPECT_EQ(report["jobs"][0]["counts"]["answers with several masks"], 15);
  EXPECT_EQ(report["config"]["batch_size"], 4);
  // The published prompt is written where the configuration leaves it out.
  EXPECT_EQ(report["config"]["benchmarks"][0]["prompt"], " Please segment {sent} in this image.");
  const std::vector<Json> predictions = lines(out("predictions.jsonl"));
  ASSERT_EQ(predictions.size(), 15u);
  EXPECT_EQ(predictions[0]["ref_id"], 101);
  EXPECT_EQ(predictions[0]["tokens"], 3);
  EXPECT_EQ(predictions[0]["mask_count"], 2);
  EXPECT_TRUE(has(read_file(out("report.md")), "| refcoco "));
  EXPECT_TRUE(has(read_file(out("report.html")), "data:image/jpeg;base64,"));
  EXPECT_FALSE(has(read_file(out("report.json")), "base64"));
  EXPECT_TRUE(has(read_file(out("eval_config.yaml")), "batch_size: 4"));
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
  expect_same_files("out", "whole");
}

TEST_F(Evaluator, ATornLineIsAnsweredAgain) {
  run("whole");
  run();
  const fs::path log = out("parts/0-of-1/batches.jsonl");
  std::string text = read_file(log);
  text.resize(text.size() - 10);
  test::write_text(log, text);
  const int before = model_.batches;
  run();
  EXPECT_EQ(model_.batches, before + 1);
  expect_same_files("out", "whole");
}

TEST_F(Evaluator, LinesThatAreNoAnswersAreRefused) {
  run();
  const fs::path log = out("parts/0-of-1/batches.jsonl");
  const std::string good = read_file(log);
  const std::string deep(100'000, '[');
  for (const std::string& line :
       {std::string(R"({"batch":0,"seconds":"1","lines":[]})"), std::string(R"({"batch":0,"lines":[1]})"),
        std::string(R"({"batch":0,"lines":[{"error":7}]})"), std::string(R"({"batch":-1,"lines":[]})"),
        R"({"batch":0,"lines":)" + deep + std::string(deep.size(), ']') + "}"}) {
    test::write_text(log, line + "\n" + good);
    EXPECT_TRUE(has(message_of<DataError>([&] { run(); }), "batches.jsonl:1: ")) << line.substr(0, 40);
  }
}

TEST_F(Evaluator, ShardsGiveTheSameFilesInAnyOrder) {
  run("whole");
  const int whole = model_.questions;
  EXPECT_FALSE(run("out", false, {.index = 1, .count = 2}).complete);
  EXPECT_FALSE(fs::exists(out("report.json")));
  EXPECT_GT(model_.questions, whole);
  EXPECT_TRUE(run("out", false, {.index = 0, .count = 2}).complete);
  EXPECT_EQ(model_.questions, 2 * whole);
  expect_same_files("out", "whole");
  // One process takes up what two have begun.
  EXPECT_FALSE(run("third", false, {.index = 2, .count = 3}).complete);
  EXPECT_TRUE(run("third").complete);
  EXPECT_EQ(model_.questions, 3 * whole);
  expect_same_files("third", "whole");
}

TEST_F(Evaluator, StopsBehindTheRunningBatch) {
  std::atomic<bool> stop{false};
  const EvalRun run{.out = dir_.path() / "out", .progress = false, .stop = &stop};
  const auto open = [&](const CheckpointConfig&, const EvalConfig&) -> AnswerBatch {
    return [&, answer = model_.function()](std::span<const Query> queries) {
      stop = true;
      return answer(queries);
    };
  };
  EXPECT_FALSE(run_evaluation(config_, run, open, log_).complete);
  EXPECT_EQ(model_.batches, 1);
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

TEST_F(Evaluator, AnotherCheckpointPromptOrPlanIsRefused) {
  run();
  config_.checkpoints[0].dir = (dir_.path() / "b").string();
  EXPECT_TRUE(has(message_of<ConfigError>([&] { run(); }), "checkpoint"));
  run("out", true);
  config_.benchmarks[0].prompt = "{sent}?";
  EXPECT_TRUE(has(message_of<ConfigError>([&] { run(); }), "prompt"));
  config_.benchmarks[0].prompt.clear();
  config_.batch_size = 5;
  EXPECT_TRUE(has(message_of<ConfigError>([&] { run(); }), "batch_size"));
  config_.batch_size = 4;
  // What is done with the answers may change.
  config_.benchmarks[0].options.set("gt_merge", "lisa_sum");
  EXPECT_EQ(run().report["jobs"][0]["score"]["gt_merge"], "lisa_sum");
}

TEST_F(Evaluator, SeveralCheckpointsAndBlindAnswers) {
  config_.checkpoints = {{.name = "trained", .dir = (dir_.path() / "a").string()},
                         {.name = "shipped", .dir = (dir_.path() / "b").string()}};
  config_.baselines = {"blind"};
  config_.contact_sheet = "samples.png";
  run();
  const Json jobs = read_json(out("report.json"))["jobs"];
  ASSERT_EQ(jobs.size(), 3u);
  EXPECT_EQ(jobs[0]["name"], "trained");
  EXPECT_EQ(jobs[1]["name"], "shipped");
  EXPECT_EQ(jobs[2]["name"], "blind");
  // Every object of the image is more than the one that is asked for.
  EXPECT_GT(jobs[2]["metrics"][0]["value"], 0.0);
  EXPECT_LT(jobs[2]["metrics"][0]["value"], 1.0);
  EXPECT_EQ(jobs[0]["metrics"][0]["chance"], jobs[2]["metrics"][0]["value"]);
  EXPECT_GT(load_image(out("samples.png")).height, 50);
  EXPECT_TRUE(fs::exists(out("predictions/shipped/predictions.jsonl")));
  EXPECT_EQ(opened_, (std::vector<std::string>{"a", "b"}));
}

TEST_F(Evaluator, OwnFolderHasASheetToo) {
  const fs::path root = dir_.path() / "own";
  for (const char* name : {"one.png", "two.png", "three.png"})
    test::write_image(root / "images" / name, 20, 30);
  test::write_text(root / "samples.jsonl",
                   R"({"image":"one.png","split":"val","expression":"the dog","masks":[[[2,2,9,2,9,9]]]})"
                   "\n"
                   R"({"image":"two.png","split":"val","expression":"the cat","masks":[[[2,2,9,2,9,9]]]})"
                   "\n"
                   R"({"image":"three.png","split":"val","question":"what?","answer":"A dog."})"
                   "\n");
  config_.benchmarks = {{.benchmark = "folder", .root = root.string(), .split = "val"}};
  config_.contact_sheet = "samples.png";
  ASSERT_TRUE(run().complete);
  const Image both = load_image(out("samples.png"));
  config_.contact_sheet_images = 2;
  run("out", true);
  EXPECT_EQ(load_image(out("samples.png")), both) << "what is answered in words is not on it";
  model_.x1 = 20;
  run("out", true);
  EXPECT_NE(load_image(out("samples.png")), both) << "it shows the masks of the answers";
  config_.contact_sheet_images = 1;
  run("out", true);
  EXPECT_LT(load_image(out("samples.png")).width, both.width);
}

TEST_F(Evaluator, MissingImageIsReportedAndTriedAgain) {
  config_.contact_sheet = "samples.png";
  run("whole");
  const fs::path image = dir_.path() / "data/images/train2014" / test::image_name(2);
  fs::rename(image, dir_.path() / "kept.png");
  run();
  const Json job = read_json(out("report.json"))["jobs"][0];
  EXPECT_EQ(job["counts"]["failed"], 5);
  EXPECT_EQ(job["counts"]["questions"], 15);
  EXPECT_TRUE(has(job["failures"][0].get<std::string>(), test::image_name(2)));
  EXPECT_TRUE(has(read_file(out("report.md")), "Failed samples"));
  EXPECT_TRUE(fs::exists(out("samples.png")));
  fs::rename(dir_.path() / "kept.png", image);
  run();
  expect_same_files("out", "whole");
}

TEST_F(Evaluator, MissingImageStopsWhenAskedTo) {
  config_.on_error = "stop";
  fs::remove(dir_.path() / "data/images/train2014" / test::image_name(2));
  EXPECT_TRUE(has(message_of<DataError>([&] { run(); }), test::image_name(2)));
  EXPECT_FALSE(fs::exists(out("report.json")));
}

TEST_F(Evaluator, PoisonedQuestionIsFoundInItsBatch) {
  model_.poison = "left";
  const EvalOutcome outcome = run();
  const auto failed = outcome.report["jobs"][0]["counts"]["failed"].get<int>();
  EXPECT_GT(failed, 0);
  EXPECT_LT(failed, 15);
  EXPECT_EQ(outcome.report["jobs"][0]["failures"].size(), static_cast<std::size_t>(failed));
}

TEST_F(Evaluator, AnUnforeseenExceptionCostsItsQuestionOnly) {
  model_.trap = "left";
  const EvalOutcome outcome = run();
  ASSERT_TRUE(outcome.complete);
  const Json failures = outcome.report["jobs"][0]["failures"];
  ASSERT_GT(failures.size(), 0U);
  EXPECT_LT(failures.size(), 15U);
  EXPECT_TRUE(has(failures.dump(), "unexpected: vector::at")) << failures.dump();
  EXPECT_FALSE(has(failures.dump(), "frame #0"));
  config_.on_error = "stop";
  fs::remove_all(dir_.path() / "out");
  EXPECT_TRUE(has(message_of<RunError>([&] { run(); }), "unexpected: vector::at"));
}

/// Files of this process may grow to `bytes` only, as on a full disk, for the life of the object.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    rlimit limit = before_;
    limit.rlim_cur = bytes;
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FullDisk() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int);
};

TEST_F(Evaluator, AFullDiskLosesNothing) {
  run("whole");
  const int whole = model_.questions;
  constexpr rlim_t kRoomForTwoBatches = 2600;
  {
    const FullDisk disk(kRoomForTwoBatches);
    EXPECT_TRUE(has(message_of<RunError>([&] { run(); }), "batches.jsonl"));
  }
  const int until_full = model_.questions - whole;
  EXPECT_GT(until_full, 0);
  run();
  // Only the batch that did not fit was answered twice.
  EXPECT_LT(model_.questions, 2 * whole + until_full);
  expect_same_files("out", "whole");
}

TEST_F(Evaluator, QuestionsAboutOneImageShareIt) {
  config_.batch_size = 16;
  run();
  EXPECT_EQ(model_.batch_sizes, (std::vector<std::size_t>{15}));
  EXPECT_EQ(model_.batch_images.front(), 3u);
  config_.share_images = false;
  run("apart");
  EXPECT_EQ(model_.batch_images.back(), 15u);
}

TEST_F(Evaluator, LimitTakesTheFirstExpressions) {
  config_.benchmarks[0].limit = 4;
  const EvalOutcome outcome = run();
  EXPECT_EQ(outcome.report["jobs"][0]["score"]["samples"], 4);
  EXPECT_EQ(lines(out("predictions.jsonl")).size(), 4u);
}

TEST_F(Evaluator, CheckpointFolderMustBeOne) {
  config_.checkpoints[0].dir = (dir_.path() / "nowhere").string();
  EXPECT_TRUE(has(message_of<DataError>([&] { run(); }), "nowhere"));
  config_.checkpoints[0].dir = (dir_.path() / "data").string();
  EXPECT_TRUE(has(message_of<DataError>([&] { run(); }), "config.json"));
}

TEST_F(Evaluator, OnceWithoutALog) {
  const QuestionSet set = load_questions(config_.benchmarks[0]);
  std::vector<std::int64_t> seen;
  const ScoreResult result =
      evaluate_once(config_.benchmarks[0], set, model_.function(), {}, 4, dir_.path() / "once.jsonl",
                    [&](std::int64_t done) { seen.push_back(done); });
  EXPECT_EQ(seen.back(), 15);
  run();
  EXPECT_EQ(result.json["ciou"], read_json(out("report.json"))["jobs"][0]["score"]["ciou"]);
}

}  // namespace
}  // namespace pixelsail
