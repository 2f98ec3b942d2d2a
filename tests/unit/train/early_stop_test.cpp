// Runs that are counted in epochs, that end when their score gets no better, and that keep their best model.

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "checkpoint/checksums.h"
#include "distributed/local_group.h"
#include "io/atomic_file.h"
#include "io/json.h"
#include "model/weights.h"
#include "pixelsail/error.h"
#include "support/temp_dir.h"
#include "support/tiny_training.h"
#include "synth/synth.h"
#include "train/guards.h"
#include "train/run_folder.h"
#include "train/trainer.h"

namespace pixelsail {
namespace {

namespace fs = std::filesystem;

class EarlyStop : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<test::TempDir>();
    const SynthConfig config{.seed = 3, .train = 12, .val = 2, .test_a = 1, .test_b = 1};
    write_synthetic_dataset(config, folder_->path() / "data", nullptr);
  }
  static void TearDownTestSuite() { folder_.reset(); }

  static fs::path at(const std::string& name) { return folder_->path() / name; }

  static RunConfig config(const std::string& name) {
    RunConfig c = test::tiny_training();
    c.output_dir = at(name).string();
    c.threads = 1;
    c.data.root = at("data").string();
    c.data.max_length = 1024;
    c.data.datasets = {{.kind = "refcoco", .turns_per_sample = 2}};
    c.train.steps = 12;
    c.train.batch_size = 1;
    c.train.accumulate = 1;
    c.train.checkpoint_every = 3;
    c.train.eval_every = 2;
    c.train.keep_last = 5;
    c.train.optimizer.lr = 1e-3;
    return c;
  }

  /// The score after each step, 0 where none is said: rises to step 4, then falls.
  static double score_of(std::int64_t step) {
    static const std::map<std::int64_t, double> scores{{2, 0.3}, {4, 0.5}, {6, 0.45}, {8, 0.4}};
    const auto found = scores.find(step);
    return found == scores.end() ? 0 : found->second;
  }

  struct Outcome {
    bool complete = false;
    TrainingEnd end;
    std::vector<std::int64_t> evaluated;
    std::int64_t planned = 0;
  };

  /// Trains with patience 2; `stop_at`: the step after which the run is told to stop.
  static Outcome run(const RunConfig& c, bool resume, std::int64_t stop_at = 0,
                     ProcessGroup* group = nullptr) {
    Outcome outcome;
    TrainerHooks hooks;
    hooks.evaluate = [&](const LoadedModel&, std::int64_t step) {
      outcome.evaluated.push_back(step);
      return nlohmann::ordered_json{{"ciou", score_of(step)}};
    };
    hooks.watched = {.metric = "ciou", .patience = 2};
    hooks.on_step = [&](const nlohmann::ordered_json& line) {
      return line.at("step").get<std::int64_t>() != stop_at;
    };
    hooks.on_begin = [&](std::int64_t steps) { outcome.planned = steps; };
    hooks.on_end = [&](const TrainingEnd& end) { outcome.end = end; };
    outcome.complete =
        Trainer(c, "config\n", {.group = group}, hooks).run(resume ? RunStart::kResume : RunStart::kFresh);
    return outcome;
  }

  static void expect_same_files(const fs::path& a, const fs::path& b) {
    std::set<std::string> names;
    for (const fs::path& folder : {a, b}) {
      for (const auto& entry : fs::recursive_directory_iterator(folder))
        if (entry.is_regular_file()) names.insert(fs::relative(entry.path(), folder).string());
    }
    EXPECT_TRUE(names.contains("best.json") && names.contains("checksums.json"));
    for (const std::string& name : names) EXPECT_EQ(read_file(a / name), read_file(b / name)) << name;
  }

  static inline std::unique_ptr<test::TempDir> folder_;
};

TEST_F(EarlyStop, EndsWhenTheScoreGetsNoBetterAndKeepsTheBest) {
  const Outcome outcome = run(config("whole"), false);
  EXPECT_TRUE(outcome.complete);
  EXPECT_EQ(outcome.end.reason, TrainingEnd::Reason::kNoImprovement);
  EXPECT_EQ(outcome.end.step, 8);
  EXPECT_EQ(outcome.end.steps, 12);
  EXPECT_EQ(outcome.end.best_step, 4);
  EXPECT_EQ(outcome.end.best_score, 0.5);
  EXPECT_NE(outcome.end.sentence.find("2 evaluations"), std::string::npos) << outcome.end.sentence;
  EXPECT_EQ(outcome.evaluated, (std::vector<std::int64_t>{2, 4, 6, 8}));
  const fs::path best = at("whole") / "best";
  EXPECT_TRUE(verify_checksums(best).verifiable);
  EXPECT_TRUE(verify_checksums(best).faults.empty());
  EXPECT_EQ(read_json(best / "best.json"), (Json{{"step", 4}, {"metric", "ciou"}, {"score", 0.5}}));
  EXPECT_TRUE(fs::exists(at("whole") / "final" / "model.safetensors"));
  EXPECT_EQ(newest_checkpoint(at("whole")).filename(), "step_8");
  EXPECT_NO_THROW(load_checkpoint(best, {}));
  // It is the model of step 4, which is not the last one.
  EXPECT_NE(read_file(best / "model.safetensors"), read_file(at("whole") / "final" / "model.safetensors"));
  RunConfig four = config("four");
  four.train.checkpoint_every = 4;
  EXPECT_FALSE(run(four, false, 4).complete);
  EXPECT_EQ(read_file(best / "model.safetensors"),
            read_file(checkpoint_folder(at("four"), 4) / "model.safetensors"));
}

TEST_F(EarlyStop, ResumedAfterItsEndItDoesNothing) {
  EXPECT_TRUE(run(config("again"), false).complete);
  const std::string log = read_file(at("again") / "log.jsonl");
  const Outcome outcome = run(config("again"), true);
  EXPECT_TRUE(outcome.complete);
  EXPECT_TRUE(outcome.evaluated.empty());
  EXPECT_EQ(outcome.end.reason, TrainingEnd::Reason::kNoImprovement);
  EXPECT_EQ(outcome.end.best_step, 4);
  EXPECT_TRUE(outcome.end.sentence.starts_with("nothing is left to do")) << outcome.end.sentence;
  EXPECT_EQ(read_file(at("again") / "log.jsonl"), log);
}

/// Stopped before the best, between the best and the end, and in between evaluations: the same end.
TEST_F(EarlyStop, CutAndResumedItEndsAtTheSameStepWithTheSameBest) {
  EXPECT_TRUE(run(config("uncut"), false).complete);
  for (const std::int64_t cut : {3, 5, 6}) {
    const std::string name = "cut_" + std::to_string(cut);
    EXPECT_FALSE(run(config(name), false, cut).complete);
    const Outcome outcome = run(config(name), true);
    EXPECT_EQ(outcome.end.reason, TrainingEnd::Reason::kNoImprovement);
    EXPECT_EQ(outcome.end.step, 8) << cut;
    expect_same_files(at("uncut") / "best", at(name) / "best");
    EXPECT_EQ(read_file(at("uncut") / "eval.jsonl"), read_file(at(name) / "eval.jsonl"));
  }
}

/// As a killed run leaves it: eval.jsonl and best/ are ahead of the newest checkpoint.
TEST_F(EarlyStop, ScoresBehindTheCheckpointAreTakenAgain) {
  EXPECT_TRUE(run(config("ahead"), false).complete);
  const fs::path folder = at("ahead");
  fs::copy(folder / "best", at("ahead_best"), fs::copy_options::recursive);
  fs::remove_all(folder / "checkpoints" / "step_8");
  fs::remove_all(folder / "checkpoints" / "step_6");
  fs::remove_all(folder / "final");
  EXPECT_EQ(newest_checkpoint(folder).filename(), "step_3");
  const Outcome outcome = run(config("ahead"), true);
  EXPECT_EQ(outcome.end.step, 8);
  expect_same_files(at("ahead_best"), folder / "best");
}

TEST_F(EarlyStop, WithSeveralRanksItIsOneDecision) {
  std::vector<std::int64_t> ends(2);
  std::vector<int> complete(2);
  run_local_group(2, [&](ProcessGroup& group) {
    const ThreadsGuard guard(1);
    RunConfig c = config("ranks");
    c.train.accumulate = 2;
    TrainerHooks hooks;
    hooks.evaluate = [](const LoadedModel&, std::int64_t step) {
      return nlohmann::ordered_json{{"ciou", score_of(step)}};
    };
    // Only rank 0 has the scores; another rank's idea of them must not count.
    hooks.watched = {.metric = "ciou", .patience = 2};
    const auto rank = static_cast<std::size_t>(group.rank());
    hooks.on_end = [&](const TrainingEnd& end) { ends[rank] = end.step; };
    complete[rank] = Trainer(c, "config\n", {.group = &group}, hooks).run(RunStart::kFresh) ? 1 : 0;
  });
  EXPECT_EQ(complete, (std::vector<int>{1, 1}));
  EXPECT_EQ(ends, (std::vector<std::int64_t>{8, 0}));
  EXPECT_EQ(newest_checkpoint(at("ranks")).filename(), "step_8");
}

TEST_F(EarlyStop, TheLastStepIsEvaluatedToo) {
  RunConfig c = config("last");
  c.train.steps = 3;
  const Outcome outcome = run(c, false);
  EXPECT_EQ(outcome.evaluated, (std::vector<std::int64_t>{2, 3}));
  EXPECT_EQ(outcome.end.reason, TrainingEnd::Reason::kAllSteps);
  EXPECT_EQ(outcome.end.best_step, 2);
}

/// The best of an adapter alone is that adapter, and the model with it.
TEST_F(EarlyStop, KeepsTheBestAdapter) {
  RunConfig base = config("adapter_base");
  base.train.steps = 1;
  run(base, false);
  RunConfig c = config("adapter");
  c.init_from = (at("adapter_base") / "final").string();
  c.lora = {.rank = 2, .alpha = 4, .targets = {"q_proj"}};
  c.train.optimizer.lr = 1e-2;
  EXPECT_EQ(run(c, false).end.step, 8);
  EXPECT_TRUE(verify_checksums(at("adapter") / "best").faults.empty());
  EXPECT_TRUE(fs::exists(at("adapter") / "best" / "adapter" / "adapter_model.safetensors"));
  EXPECT_NE(read_file(at("adapter") / "best" / "adapter" / "adapter_model.safetensors"),
            read_file(at("adapter") / "adapter" / "adapter_model.safetensors"));
}

TEST_F(EarlyStop, EpochsAreCountedInWholeSteps) {
  RunConfig c = config("epochs");
  c.train.steps = 0;
  c.train.epochs = 1.5;
  c.train.batch_size = 2;
  c.train.accumulate = 2;
  c.train.eval_every = 0;
  Trainer trainer(c, "config\n");
  std::int64_t pictures = 0;
  for (const auto& [name, size] : trainer.dry_run().dataset_sizes) pictures += size;
  ASSERT_GT(pictures, 4);
  // Micro-batches of two, steps of two of them, each begun one whole.
  const std::int64_t samples = (pictures * 3 + 1) / 2, batches = (samples + 1) / 2, steps = (batches + 1) / 2;
  const Outcome outcome = run(c, false);
  EXPECT_EQ(outcome.planned, steps);
  EXPECT_EQ(outcome.end.step, steps);
  const std::string resolved = read_file(at("epochs") / "config.yaml");
  EXPECT_TRUE(resolved.starts_with("# train.epochs: 1.5 epochs of " + std::to_string(pictures) +
                                   " samples: " + std::to_string(steps) + " steps of 4\n"))
      << resolved;
}

TEST_F(EarlyStop, ALengthThatCannotBeCountedIsAnError) {
  const auto refused = [](const RunConfig& c, const std::string& what) {
    try {
      Trainer(c, "");
      FAIL() << "taken";
    } catch (const ConfigError& error) {
      EXPECT_NE(std::string(error.what()).find(what), std::string::npos) << error.what();
    }
  };
  RunConfig c = config("refused");
  c.train.epochs = 1;
  refused(c, "train.steps and train.epochs");
  c.train.steps = 0;
  c.train.tokens_per_batch = 100;
  refused(c, "train.tokens_per_batch");
  EXPECT_FALSE(fs::exists(c.output_dir));
}

}  // namespace
}  // namespace pixelsail
