// A training whose newest checkpoint a power failure has broken goes on from the one before.

#include <gtest/gtest.h>

#include "io/atomic_file.h"
#include "io/json.h"
#include "pixelsail/error.h"
#include "support/tiny_training.h"
#include "synth/synth.h"
#include "train/run_folder.h"
#include "train/trainer.h"

namespace pixelsail {
namespace {

namespace fs = std::filesystem;

struct Small {
  static RunConfig config(const fs::path& root) {
    RunConfig c = test::tiny_training();
    c.output_dir = (root / "run").string();
    c.model.num_hidden_layers = 1;
    c.data.root = (root / "data").string();
    c.data.max_length = 1024;
    c.data.datasets.push_back({.kind = "refcoco"});
    c.train.steps = 6;
    c.train.batch_size = 1;
    c.train.accumulate = 1;
    c.train.checkpoint_every = 2;
    c.train.keep_last = 3;
    return c;
  }
};

TEST(BrokenCheckpoint, TheOneBeforeIsTaken) {
  const fs::path root = fs::path(testing::TempDir()) / "broken_checkpoint_test";
  fs::remove_all(root);
  write_synthetic_dataset({.seed = 3, .train = 6, .val = 1, .test_a = 1, .test_b = 1}, root / "data",
                          nullptr);
  const RunConfig config = Small::config(root);
  const auto train = [&](bool resume) {
    return Trainer(config, "config\n", {}, TrainerHooks{}).run(resume ? RunStart::kResume : RunStart::kFresh);
  };
  EXPECT_TRUE(train(false));
  const fs::path output = root / "run", newest = output / "checkpoints" / "step_6";
  const std::string expected = read_file(output / "final" / "model.safetensors");
  const auto losses = [&] {
    std::vector<double> values;
    read_jsonl(output / "log.jsonl",
               [&](Json&& line, std::size_t) { values.push_back(line.at("loss").get<double>()); });
    return values;
  };
  const std::vector<double> expected_losses = losses();
  for (const char* file : {"model.safetensors", "trainer/optimizer.safetensors", "trainer/state.json"}) {
    for (const bool missing : {false, true}) {
      fs::remove_all(output / "final");
      const std::string whole = read_file(newest / file);
      fs::remove(newest / file);
      if (!missing) write_file_atomic(newest / file, whole.substr(0, whole.size() / 2));
      EXPECT_TRUE(train(true)) << file;
      EXPECT_EQ(read_file(output / "final" / "model.safetensors"), expected) << file;
      EXPECT_EQ(losses(), expected_losses) << file;
    }
  }
  // When all are broken the newest one's fault is told.
  for (const fs::path& folder : list_checkpoints(output)) write_file_atomic(folder / "model.safetensors", "");
  try {
    train(true);
    ADD_FAILURE() << "nothing was thrown";
  } catch (const DataError& error) {
    EXPECT_NE(std::string(error.what()).find("step_6"), std::string::npos) << error.what();
  }
  fs::remove_all(root);
}

TEST(RunFolder, NothingHalfKeepsTheNameOfACheckpoint) {
  const fs::path output = fs::path(testing::TempDir()) / "run_folder_test";
  fs::remove_all(output);
  const fs::path folder = output / "checkpoints";
  for (const char* name : {"step_2", "step_4", "step_6.tmp"})
    write_file_atomic(folder / name / "a.json", "{}");
  // What an earlier removal left does not keep the next one from its work.
  write_file_atomic(folder / "step_2.tmp" / "b.json", "{}");
  remove_checkpoint(folder / "step_2");
  EXPECT_FALSE(fs::exists(folder / "step_2"));
  EXPECT_FALSE(fs::exists(folder / "step_2.tmp"));
  EXPECT_TRUE(fs::exists(folder / "step_6.tmp"));
  remove_unfinished(output);
  EXPECT_FALSE(fs::exists(folder / "step_6.tmp"));
  EXPECT_EQ(list_checkpoints(output), std::vector<fs::path>{folder / "step_4"});
  remove_unfinished(output / "nowhere");
  fs::remove_all(output);
}

}  // namespace
}  // namespace pixelsail
