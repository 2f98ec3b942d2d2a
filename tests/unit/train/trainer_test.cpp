// Whole runs at tiny size on synthetic data: resume is exact, bad losses stop the run, folders are protected.

#include "train/trainer.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <span>

#include "io/atomic_file.h"
#include "io/json.h"
#include "io/tensors/safetensors.h"
#include "io/tensors/safetensors_sharded.h"
#include "model/weights.h"
#include "pixelsail/error.h"
#include "train/run_folder.h"
#include "trainer_runs.h"

namespace pixelsail {
namespace {

namespace fs = std::filesystem;

class TrainerRun : public testing_support::TrainerRuns {};

TEST_F(TrainerRun, InterruptedAndResumedEqualsUninterrupted) {
  EXPECT_TRUE(run(config("whole"), false));
  EXPECT_FALSE(run(config("parts"), false, 3));
  EXPECT_FALSE(fs::exists(root() / "parts" / "final"));
  EXPECT_TRUE(run(config("parts"), true));
  EXPECT_EQ(losses(root() / "whole"), losses(root() / "parts"));
  EXPECT_EQ(losses(root() / "whole").size(), 6U);
  for (const char* file :
       {"config.json", "model.safetensors", "tokenizer.json", "preprocessor_config.json"}) {
    EXPECT_EQ(read_file(root() / "whole" / "final" / file), read_file(root() / "parts" / "final" / file))
        << file;
  }
}

TEST_F(TrainerRun, BatchesOfSoManyTokensAreResumedExactly) {
  const auto budget = [](const std::string& name) {
    RunConfig c = config(name);
    c.train.batch_size = 1;
    c.train.tokens_per_batch = 400;
    return c;
  };
  EXPECT_TRUE(run(budget("tokens"), false));
  EXPECT_FALSE(run(budget("tokens_parts"), false, 3));
  EXPECT_TRUE(run(budget("tokens_parts"), true));
  EXPECT_EQ(losses(root() / "tokens"), losses(root() / "tokens_parts"));
  EXPECT_EQ(read_file(root() / "tokens" / "final" / "model.safetensors"),
            read_file(root() / "tokens_parts" / "final" / "model.safetensors"));
  // Two micro-batches a step: several samples in most, never more tokens than asked for.
  double before = 0, samples = 0;
  read_jsonl(root() / "tokens" / "log.jsonl", [&](Json&& line, std::size_t) {
    const double tokens = line.at("tokens").get<double>() - before;
    before += tokens;
    samples += tokens / line.at("length_mean").get<double>();
    EXPECT_LE(tokens, 2 * 400);
  });
  EXPECT_GT(samples, 1.5 * 2 * 6);
}

TEST_F(TrainerRun, BatchesOfSoManyTokensExcludeABatchSize) {
  RunConfig c = config("tokens_and_samples");
  c.train.tokens_per_batch = 400;
  try {
    Trainer(c, "");
    FAIL() << "taken";
  } catch (const ConfigError& error) {
    EXPECT_NE(std::string(error.what()).find("train.tokens_per_batch and train.batch_size"),
              std::string::npos)
        << error.what();
  }
}

TEST_F(TrainerRun, LosesOnlyWhatCameAfterTheCheckpoint) {
  EXPECT_TRUE(run(config("full"), false));
  // As a killed run leaves it: the checkpoint of step 4, a log that is ahead of it and torn, an unfinished
  // folder.
  const fs::path folder = root() / "full";
  fs::remove_all(folder / "checkpoints" / "step_6");
  fs::remove_all(folder / "final");
  const std::string log = read_file(folder / "log.jsonl");
  const std::vector<double> expected = losses(folder);
  write_file_atomic(folder / "log.jsonl", log.substr(0, log.size() - 20));
  EXPECT_TRUE(run(config("full"), true));
  EXPECT_EQ(losses(folder), expected);
}

TEST_F(TrainerRun, TheLogSaysHowFastItGoes) {
  RunConfig c = config("speed");
  c.train.steps = 2;
  EXPECT_TRUE(run(c, false));
  c.output_dir = (root() / "speed_of_peak").string();
  c.train.peak_tflops = 1;
  EXPECT_TRUE(run(c, false));
  std::int64_t tokens = 0;
  read_jsonl(root() / "speed_of_peak" / "log.jsonl", [&](Json&& line, std::size_t) {
    const double seconds = line.at("step_s"), samples = 4;
    EXPECT_NEAR(line.at("samples_per_s").get<double>() * seconds, samples, 1e-6);
    const double of_step = line.at("tokens").get<double>() - static_cast<double>(tokens);
    tokens = line.at("tokens");
    EXPECT_NEAR(line.at("tokens_per_s").get<double>() * seconds, of_step, 1e-6);
    EXPECT_NEAR(line.at("length_mean").get<double>(), of_step / samples, 1e-9);
    EXPECT_GE(line.at("length_max").get<double>(), line.at("length_mean").get<double>());
    EXPECT_LT(line.at("length_max").get<double>(), of_step);
    // A model of 30,000 weights: 6 operations for each of them and each token, and what attention and masks take.
    const double flops = line.at("mfu").get<double>() * seconds * 1e12;
    EXPECT_GT(flops, 6 * 20000 * of_step);
    EXPECT_LT(flops, 6 * 2000000 * of_step);
    EXPECT_GT(line.at("memory_mb").get<double>(), 1);
    EXPECT_GE(line.at("memory_peak_mb").get<double>(), line.at("memory_mb").get<double>());
  });
  read_jsonl(root() / "speed" / "log.jsonl",
             [](Json&& line, std::size_t) { EXPECT_FALSE(line.contains("mfu")); });
}

TEST_F(TrainerRun, KeepsTheNewestCheckpoints) {
  RunConfig c = config("keep");
  c.train.keep_last = 1;
  EXPECT_TRUE(run(c, false));
  EXPECT_EQ(newest_checkpoint(root() / "keep").filename(), "step_6");
  EXPECT_FALSE(fs::exists(root() / "keep" / "checkpoints" / "step_4"));
}

TEST_F(TrainerRun, ASecondRunInTheSameFolderIsRefused) {
  EXPECT_TRUE(run(config("twice"), false));
  EXPECT_THROW(run(config("twice"), false), ConfigError);
  EXPECT_TRUE(run(config("twice"), true));  // complete already
  const DirectoryLock lock(root() / "twice");
  EXPECT_THROW(run(config("twice"), true), RunError);
}

TEST_F(TrainerRun, ANonFiniteLossStopsTheRunAndNamesTheSamples) {
  RunConfig c = config("diverges");
  c.train.optimizer = {.lr = 1e30, .clip_norm = 0, .warmup_fraction = 0};
  try {
    run(c, false);
    FAIL() << "went on";
  } catch (const RunError& error) {
    const std::string message = error.what();
    EXPECT_NE(message.find("not finite"), std::string::npos) << message;
    EXPECT_NE(message.find("image"), std::string::npos) << message;
  }
}

/// One picture has a teacher's map that squares to infinity: of a step's samples those are named that were
/// computed together with it.
TEST_F(TrainerRun, ANonFiniteLossNamesTheSamplesOfItsMicroBatch) {
  const Json index = read_json(root() / "data/teachers/scene/index.json");
  const std::string picture = index.at("shards").begin().key();
  const std::vector<float> huge(30 * 2 * 2, 3e38F);
  fs::create_directories(root() / "data/teachers/huge");
  write_safetensors(root() / "data/teachers/huge/s.safetensors",
                    {{picture, {DType::kF32, {30, 2, 2}, std::as_bytes(std::span(huge))}}});
  const Json huge_index{
      {"format", "pixelsail-teacher-1"}, {"channels", 30}, {"shards", {{picture, "s.safetensors"}}}};
  write_file_atomic(root() / "data/teachers/huge/index.json", huge_index.dump());
  RunConfig c = config("huge");
  c.data.teachers[0].dir = "teachers/huge";
  c.train.accumulate = 4;
  try {
    run(c, false);
    FAIL() << "went on";
  } catch (const RunError& error) {
    const std::string message = error.what();
    EXPECT_NE(message.find("the loss is not finite; samples:\n"), std::string::npos) << message;
    const std::string number = picture.substr(picture.find_last_of('_') + 1, 12);
    std::size_t names = 0, with_picture = 0;
    for (std::size_t at = message.find("\n  "); at != std::string::npos; at = message.find("\n  ", at + 1)) {
      const std::string name = message.substr(at, message.find('\n', at + 1) - at);
      with_picture += name.find("image " + std::to_string(std::stoll(number))) != std::string::npos ? 1 : 0;
      ++names;
    }
    EXPECT_GE(with_picture, names / 2) << message;
    EXPECT_GE(names, 2U);
    EXPECT_LT(names, 8U) << message;
  }
}

TEST_F(TrainerRun, StartsFromACheckpointOfTheSameModelOnly) {
  RunConfig first = config("base");
  first.train.steps = 2;
  EXPECT_TRUE(run(first, false));
  RunConfig second = config("tuned");
  second.init_from = (root() / "base" / "final").string();
  second.train.steps = 1;
  second.train.optimizer.lr = 0;
  second.model.head_dim = 8;                    // the same, said explicitly
  second.model.max_position_embeddings = 4096;  // a limit
  EXPECT_TRUE(run(second, false));
  EXPECT_EQ(read_file(root() / "base" / "final" / "model.safetensors"),
            read_file(root() / "tuned" / "final" / "model.safetensors"));
  // pixelsail-convert may have written it in shards.
  fs::copy(root() / "base" / "final", root() / "shards", fs::copy_options::recursive);
  write_sharded_safetensors(root() / "shards", lazy_tensors(*open_tensors(root() / "base" / "final")), 20000);
  EXPECT_FALSE(fs::exists(root() / "shards" / "model.safetensors"));
  second.init_from = (root() / "shards").string();
  second.output_dir = (root() / "from_shards").string();
  EXPECT_TRUE(run(second, false));
  EXPECT_EQ(read_file(root() / "base" / "final" / "model.safetensors"),
            read_file(root() / "from_shards" / "final" / "model.safetensors"));
  // The shapes agree, the meaning does not.
  second.output_dir = (root() / "refused").string();
  second.model.rope_theta = 77;
  try {
    run(second, false);
    FAIL() << "loaded";
  } catch (const ConfigError& error) {
    EXPECT_NE(std::string(error.what()).find("rope_theta"), std::string::npos) << error.what();
  }
}

TEST_F(TrainerRun, AnAdapterIsTrainedBesideAFrozenModel) {
  RunConfig first = config("lora_base");
  first.train.steps = 2;
  EXPECT_TRUE(run(first, false));
  const fs::path base = root() / "lora_base" / "final";
  const auto adapted = [&](const std::string& name) {
    RunConfig c = config(name);
    c.init_from = base.string();
    c.lora = {.rank = 2, .alpha = 4, .dropout = 0.1, .targets = {"q_proj", "o_proj", "up_proj"}};
    c.train.optimizer.lr = 1e-2;
    c.train.optimizer.warmup_fraction = 0;
    return c;
  };
  EXPECT_TRUE(run(adapted("lora"), false));
  EXPECT_FALSE(run(adapted("lora_parts"), false, 3));
  EXPECT_TRUE(run(adapted("lora_parts"), true));
  for (const char* file : {"adapter/adapter_model.safetensors", "adapter/adapter_config.json",
                           "final/model.safetensors", "final/config.json"}) {
    EXPECT_EQ(read_file(root() / "lora" / file), read_file(root() / "lora_parts" / file)) << file;
  }
  // The merged result differs from the base where there is an adapter, and only there.
  const auto before = read_tensors(base / "model.safetensors");
  for (const auto& [name, tensor] : read_tensors(root() / "lora" / "final" / "model.safetensors")) {
    const bool target = name.find("q_proj.weight") != std::string::npos ||
                        name.find("o_proj.weight") != std::string::npos ||
                        name.find("up_proj.weight") != std::string::npos;
    EXPECT_EQ(torch::equal(tensor, before.at(name)), !target) << name;
  }
  RunConfig wrong = adapted("lora_wrong");
  wrong.lora.targets = {"query"};
  EXPECT_THROW(run(wrong, false), ConfigError);
  wrong = adapted("lora_nothing");
  wrong.init_from.clear();
  EXPECT_THROW(run(wrong, false), ConfigError);
}

TEST_F(TrainerRun, GroupsOfParametersAreTrainedAsTheySay) {
  RunConfig first = config("groups_base");
  first.train.steps = 1;
  EXPECT_TRUE(run(first, false));
  RunConfig c = config("groups");
  c.init_from = (root() / "groups_base" / "final").string();
  c.train.optimizer.warmup_fraction = 0;
  c.train.parameters = {{.match = ".*norm.*", .frozen = true},
                        {.match = R"(.*layers\.0\..*)", .lr = 0.0},
                        {.match = ".*embed_tokens.*", .lr = 1e-2, .weight_decay = 0.0}};
  EXPECT_TRUE(run(c, false));
  const auto before = read_tensors(root() / "groups_base" / "final" / "model.safetensors");
  const auto after = read_tensors(root() / "groups" / "final" / "model.safetensors");
  for (const auto& [name, tensor] : after) {
    const bool still = name.find("norm") != std::string::npos || name.find("layers.0.") != std::string::npos;
    EXPECT_EQ(torch::equal(tensor, before.at(name)), still) << name;
  }
  const auto moved = [&](const std::string& name) {
    return (after.at(name) - before.at(name)).abs().max().item<double>();
  };
  EXPECT_GT(moved("single_transformer.model.embed_tokens.weight"),
            3 * moved("single_transformer.model.layers.1.mlp.up_proj.weight"));
  c.output_dir = (root() / "groups_wrong").string();
  c.train.parameters = {{.match = "no such parameter", .frozen = true}};
  EXPECT_THROW(run(c, false), ConfigError);
  c.train.parameters = {{.match = "[", .frozen = true}};
  EXPECT_THROW(run(c, false), ConfigError);
  c.train.parameters = {{.match = ".*", .frozen = true}};
  EXPECT_THROW(run(c, false), ConfigError);
}

TEST_F(TrainerRun, RecomputedLayersTrainTheSame) {
  RunConfig c = config("recompute");
  c.train.recompute = true;
  EXPECT_TRUE(run(c, false));
  EXPECT_TRUE(run(config("no_recompute"), false));
  const std::vector<double> a = losses(root() / "recompute"), b = losses(root() / "no_recompute");
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-5 * b[i]);
}

TEST_F(TrainerRun, TheLossFalls) {
  RunConfig c = config("learns");
  c.train.steps = 30;
  c.train.checkpoint_every = 0;
  EXPECT_TRUE(run(c, false));
  const std::vector<double> values = losses(root() / "learns");
  EXPECT_LT(values.back(), 0.8 * values.front());
  EXPECT_TRUE(fs::exists(root() / "learns" / "loss.png"));
}

TEST_F(TrainerRun, Bf16TrainsToo) {
  RunConfig c = config("bf16");
  c.dtype = "bf16";
  EXPECT_TRUE(run(c, false));
}

TEST_F(TrainerRun, TheEndResultMayHaveShorterWeights) {
  RunConfig c = config("short");
  c.train.final_dtype = "bf16";
  EXPECT_TRUE(run(c, false));
  const auto exact = read_tensors(root() / "short" / "checkpoints" / "step_6" / "model.safetensors");
  for (const auto& [name, tensor] : read_tensors(root() / "short" / "final" / "model.safetensors")) {
    EXPECT_TRUE(torch::equal(tensor, exact.at(name).to(torch::kBFloat16))) << name;
  }
}

TEST_F(TrainerRun, DryRunWritesNothing) {
  RunConfig c = config("dry");
  const DryRunReport report = Trainer(c, "").dry_run();
  EXPECT_GT(report.parameters, 10000);
  EXPECT_GT(report.step_s, 0);
  EXPECT_GT(report.peak_memory, 0);
  ASSERT_FALSE(report.memory.empty());
  EXPECT_EQ(report.memory.back().name, "all");
  constexpr std::int64_t kBytes = 16;  // weight, gradient, two moments
  EXPECT_GT(report.memory.back().bytes, kBytes * report.parameters);
  EXPECT_FALSE(fs::exists(c.output_dir));
}

}  // namespace
}  // namespace pixelsail
