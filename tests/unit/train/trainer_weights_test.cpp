// Whole runs with weights in bfloat16 (train.weights).

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <set>

#include "checkpoint/checkpoint.h"
#include "io/atomic_file.h"
#include "model/weights.h"
#include "pixelsail/error.h"
#include "train/run_folder.h"
#include "trainer_runs.h"

namespace pixelsail {
namespace {

namespace fs = std::filesystem;

class TrainerWeights : public testing_support::TrainerRuns {
 protected:
  static RunConfig rounded(const std::string& name) {
    RunConfig c = config(name);
    c.dtype = "bf16";
    c.train.weights = "bf16";
    return c;
  }
};

TEST_F(TrainerWeights, InterruptedAndResumedEqualsUninterrupted) {
  for (const std::string kind : {"adamw", "muon"}) {
    RunConfig whole = rounded("whole_" + kind), parts = rounded("parts_" + kind);
    whole.train.optimizer.kind = parts.train.optimizer.kind = kind;
    EXPECT_TRUE(run(whole, false));
    EXPECT_FALSE(run(parts, false, 3));
    EXPECT_TRUE(run(parts, true));
    EXPECT_EQ(losses(whole.output_dir), losses(parts.output_dir));
    for (const char* file : {"final/model.safetensors", "checkpoints/step_6/model.safetensors",
                             "checkpoints/step_6/trainer/optimizer.safetensors"}) {
      EXPECT_EQ(read_file(fs::path(whole.output_dir) / file), read_file(fs::path(parts.output_dir) / file))
          << kind << ' ' << file;
    }
  }
}

TEST_F(TrainerWeights, FilesHoldTheOriginals) {
  RunConfig c = rounded("files");
  c.train.final_dtype = "bf16";
  EXPECT_TRUE(run(c, false));
  const auto exact = read_tensors(newest_checkpoint(c.output_dir) / "model.safetensors");
  std::size_t finer = 0;
  for (const auto& [name, tensor] : read_tensors(fs::path(c.output_dir) / "final" / "model.safetensors")) {
    EXPECT_EQ(exact.at(name).scalar_type(), torch::kFloat32) << name;
    EXPECT_TRUE(torch::equal(tensor, exact.at(name).to(torch::kBFloat16))) << name;
    finer += torch::equal(tensor.to(torch::kFloat32), exact.at(name)) ? 0 : 1;
  }
  EXPECT_GT(finer, 20U);
}

/// A checkpoint is that of the same run with weights in float32, and either goes on from the other's.
TEST_F(TrainerWeights, ACheckpointOfEitherKindIsContinuedByTheOther) {
  RunConfig first = rounded("other");
  EXPECT_FALSE(run(first, false, 2));
  const fs::path folder = newest_checkpoint(first.output_dir);
  const std::string model = read_file(folder / "model.safetensors"),
                    state = read_file(folder / "trainer" / "optimizer.safetensors");
  for (const std::string weights : {"f32", "bf16"}) {
    RunConfig c = first;
    c.output_dir = (root() / ("other_" + weights)).string();
    fs::copy(first.output_dir, c.output_dir, fs::copy_options::recursive);
    c.train.weights = weights;
    c.train.steps = 3;
    c.train.optimizer.lr = 0;  // a step that changes moments alone
    EXPECT_TRUE(run(c, true));
    EXPECT_EQ(read_file(newest_checkpoint(c.output_dir) / "model.safetensors"), model) << weights;
    EXPECT_NE(read_file(newest_checkpoint(c.output_dir) / "trainer" / "optimizer.safetensors"), state);
  }
}

TEST_F(TrainerWeights, AnEvaluationSeesWhatABfloat16CheckpointHolds) {
  RunConfig c = rounded("evaluated");
  c.train.eval_every = 2;
  c.train.steps = 3;
  c.train.checkpoint_every = 2;
  NamedTensors seen;
  TrainerHooks hooks;
  hooks.evaluate = [&](const LoadedModel& loaded, std::int64_t) {
    for (auto& [name, tensor] : named_tensors(*loaded.model))
      seen.emplace_back(name, tensor.detach().clone());
    return nlohmann::ordered_json::object();
  };
  EXPECT_TRUE(Trainer(c, "config\n", {}, hooks).run(RunStart::kFresh));
  const auto exact = read_tensors(checkpoint_folder(c.output_dir, 2) / "model.safetensors");
  ASSERT_EQ(seen.size(), exact.size());
  for (const auto& [name, tensor] : seen) {
    ASSERT_EQ(tensor.scalar_type(), torch::kBFloat16) << name;
    EXPECT_TRUE(torch::equal(tensor, exact.at(name).to(torch::kBFloat16))) << name;
  }
}

TEST_F(TrainerWeights, AnAdapterIsTrainedBesideAFrozenModel) {
  RunConfig base = config("lora_base");
  base.train.steps = 1;
  base.train.final_dtype = "bf16";
  EXPECT_TRUE(run(base, false));
  const auto adapted = [&](const std::string& name, const std::string& weights) {
    RunConfig c = rounded(name);
    c.train.weights = weights;
    c.init_from = (fs::path(base.output_dir) / "final").string();
    c.lora = {.rank = 2, .alpha = 4, .dropout = 0.1, .targets = {"q_proj", "o_proj", "up_proj"}};
    c.train.parameters = {{.match = ".*layers\\.1\\.mlp.*", .lr = 1e-3}};  // and these of the model itself
    c.train.optimizer.lr = 1e-2;
    c.train.optimizer.warmup_fraction = 0;
    return c;
  };
  EXPECT_TRUE(run(adapted("lora", "bf16"), false));
  EXPECT_FALSE(run(adapted("lora_parts", "bf16"), false, 3));
  EXPECT_TRUE(run(adapted("lora_parts", "bf16"), true));
  EXPECT_TRUE(run(adapted("lora_f32", "f32"), false));
  EXPECT_EQ(losses(root() / "lora"), losses(root() / "lora_parts"));
  // The start is bfloat16 and the embedding stays frozen: all is what it is without rounded weights.
  EXPECT_EQ(losses(root() / "lora"), losses(root() / "lora_f32"));
  for (const char* file : {"checkpoints/step_6/adapter/adapter_model.safetensors",
                           "checkpoints/step_6/trained.safetensors", "final/model.safetensors"}) {
    EXPECT_EQ(read_file(root() / "lora" / file), read_file(root() / "lora_parts" / file)) << file;
    EXPECT_EQ(read_file(root() / "lora" / file), read_file(root() / "lora_f32" / file)) << file;
  }
}

TEST_F(TrainerWeights, TheyTakeATrainingInBfloat16) {
  RunConfig c = rounded("refused");
  c.dtype = "f32";
  try {
    Trainer(c, "");
    FAIL() << "taken";
  } catch (const ConfigError& error) {
    const std::string message = error.what();
    EXPECT_NE(message.find("train.weights: bf16"), std::string::npos) << message;
    EXPECT_NE(message.find("dtype is f32"), std::string::npos) << message;
  }
}

TEST_F(TrainerWeights, DryRunCountsTheirMemory) {
  const DryRunReport report = Trainer(rounded("dry"), "").dry_run();
  std::set<std::string> names;
  for (const MemoryPart& part : report.memory) names.insert(part.name);
  EXPECT_TRUE(names.contains("the rest of their originals"));
  EXPECT_EQ(report.memory[0].bytes, 2 * report.parameters);
}

}  // namespace
}  // namespace pixelsail
