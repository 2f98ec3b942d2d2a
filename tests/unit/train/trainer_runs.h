#pragma once

/// Whole runs at tiny size.

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <string>
#include <vector>

#include "io/json.h"
#include "support/tiny_training.h"
#include "synth/synth.h"
#include "train/trainer.h"

namespace pixelsail::testing_support {

/// Runs of a tiny model on a synthetic data set, in a folder of the test suite.
class TrainerRuns : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    std::filesystem::remove_all(root());
    const SynthConfig config{.seed = 3, .train = 12, .val = 2, .test_a = 1, .test_b = 1};
    write_synthetic_dataset(config, root() / "data", nullptr);
  }
  static void TearDownTestSuite() { std::filesystem::remove_all(root()); }
  static std::filesystem::path root() {
    const std::string suite = testing::UnitTest::GetInstance()->current_test_suite()->name();
    return std::filesystem::path(testing::TempDir()) / ("trainer_test_" + suite);
  }

  static RunConfig config(const std::string& name) {
    RunConfig c = test::tiny_training();
    c.output_dir = (root() / name).string();
    c.data.root = (root() / "data").string();
    c.data.max_length = 1024;
    for (const char* kind : {"refcoco", "grefcoco", "refcocog_caption"}) {
      c.data.datasets.push_back({.kind = kind, .turns_per_sample = 2});
    }
    c.data.teachers.push_back({.slot = "mask2former", .dir = "teachers/scene"});
    c.loss.distill.mask2former_channels = 30;
    c.train.steps = 6;
    c.train.batch_size = 2;
    c.train.accumulate = 2;
    c.train.checkpoint_every = 2;
    c.train.optimizer.lr = 1e-3;
    return c;
  }

  /// Trains; sets `stop` once `stop_at` steps are done (0: never).
  static bool run(const RunConfig& c, bool resume, std::int64_t stop_at = 0) {
    std::atomic<bool> stop{false};
    TrainerHooks hooks;
    RunConfig config = c;
    if (stop_at > 0) config.train.eval_every = stop_at;
    hooks.evaluate = [&](const LoadedModel&, std::int64_t step) {
      stop = step >= stop_at;
      return nlohmann::ordered_json::object();
    };
    return Trainer(config, "config\n", {.stop = &stop}, hooks)
        .run(resume ? RunStart::kResume : RunStart::kFresh);
  }

  static std::vector<double> losses(const std::filesystem::path& folder) {
    std::vector<double> values;
    read_jsonl(folder / "log.jsonl",
               [&](Json&& line, std::size_t) { values.push_back(line.at("loss").get<double>()); });
    return values;
  }
};

}  // namespace pixelsail::testing_support
