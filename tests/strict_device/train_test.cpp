// A training step on the strict device does what it does on the CPU.

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cmath>

#include "device.h"
#include "learner.h"
#include "model/matmul.h"

namespace pixelsail::strict {
namespace {

void expect_near(double device, double cpu, double relative, const char* what) {
  EXPECT_NEAR(device, cpu, relative * std::abs(cpu)) << what;
}

void expect_same_losses(const StepResult& device, const StepResult& cpu) {
  constexpr double kLimit = 3e-5;
  EXPECT_GT(cpu.values.at("mask"), 0);
  EXPECT_GT(cpu.values.at("mask2former"), 0);
  EXPECT_GT(cpu.values.at("sam2"), 0);
  expect_near(device.loss, cpu.loss, kLimit, "loss");
  expect_near(device.values.at("language"), cpu.values.at("language"), kLimit, "llm");
  expect_near(device.values.at("language_ce"), cpu.values.at("language_ce"), kLimit, "language_ce");
  expect_near(device.values.at("mask"), cpu.values.at("mask"), kLimit, "mask");
  expect_near(device.values.at("dice"), cpu.values.at("dice"), kLimit, "dice");
  expect_near(device.values.at("mask2former"), cpu.values.at("mask2former"), kLimit, "mask2former");
  expect_near(device.values.at("sam2"), cpu.values.at("sam2"), kLimit, "sam2");
  expect_near(device.grad_norm, cpu.grad_norm, kLimit, "grad_norm");
  EXPECT_EQ(device.tokens, cpu.tokens);
  EXPECT_EQ(device.masks, cpu.masks);
}

void expect_same_step(const ModelConfig& config, const LearnerOptions& options,
                      const std::vector<MicroBatch>& batches) {
  const Outcome cpu = Learner(config, torch::kCPU, options).step(batches);
  const Outcome on_device = Learner(config, device(), options).step(batches);
  expect_same_losses(on_device.result, cpu.result);
  ASSERT_EQ(on_device.updates.size(), cpu.updates.size());
  std::size_t moved = 0;
  for (const auto& [name, update] : cpu.updates) {
    EXPECT_LT(relative_norm(on_device.updates.at(name), update), update_limit(name)) << name;
    moved += update.abs().max().item<double>() > 0 ? 1U : 0U;
  }
  EXPECT_GE(moved + 1, cpu.updates.size()) << "all but perhaps vp_embed";
}

class TrainStepOf : public testing::TestWithParam<Family> {};

TEST_P(TrainStepOf, IsTheSame) {
  expect_same_step(GetParam().config, {}, micro_batches(GetParam().config));
}

TEST_P(TrainStepOf, IsTheSameWhenRecomputed) {
  expect_same_step(GetParam().config, {.recompute = true}, micro_batches(GetParam().config));
}

INSTANTIATE_TEST_SUITE_P(Families, TrainStepOf, testing::ValuesIn(families()),
                         [](const auto& instance) { return instance.param.name; });

TEST(Adapters, TrainTheSame) {
  const ModelConfig config = family("sail");
  expect_same_step(config, {.lora = {.rank = 2}}, micro_batches(config));
  expect_same_step(config, {.lora = {.rank = 2, .targets = {"q_proj", "v_proj"}}}, micro_batches(config));
  expect_same_step(config, {.recompute = true, .lora = {.rank = 2, .targets = {"all-linear"}}},
                   micro_batches(config));
}

/// One sample a micro-batch: which inputs are left out depends on the place in the packed run, and the CPU's
/// threads pack their own samples each.
TEST(Adapters, DropTheSameInputs) {
  const ModelConfig config = family("sail");
  std::vector<MicroBatch> batches;
  for (const MicroBatch& batch : micro_batches(config)) batches.push_back(first_sample(batch));
  const LoraConfig dropping{.rank = 2, .dropout = 0.3};
  expect_same_step(config, {.lora = dropping}, batches);
  expect_same_step(config, {.recompute = true, .lora = dropping}, batches);
  const Outcome with = Learner(config, device(), {.lora = dropping}).step(batches);
  const Outcome without = Learner(config, device(), {.lora = {.rank = 2}}).step(batches);
  EXPECT_NE(with.result.loss, without.result.loss);
}

TEST(Muon, UpdatesTheSame) {
  const ModelConfig config = family("sail");
  OptimizerConfig muon = LearnerOptions().optimizer;
  muon.kind = "muon";
  const std::vector<MicroBatch> batches = micro_batches(config);
  const Outcome cpu = Learner(config, torch::kCPU, {.optimizer = muon}).step(batches);
  const Outcome on_device = Learner(config, device(), {.optimizer = muon}).step(batches);
  expect_same_losses(on_device.result, cpu.result);
  // Matrices are made orthogonal in bfloat16 here, on the CPU only where it multiplies in it: each iteration makes what is
  // small in a matrix up to three times as large, and the rounding with it.
  const double matrix_limit = computes_in(torch::kBFloat16, torch::kCPU) ? 5e-2 : 0.15;
  for (const auto& [name, update] : cpu.updates) {
    const bool matrix = update.dim() == 2;
    EXPECT_LT(relative_norm(on_device.updates.at(name), update), matrix ? matrix_limit : update_limit(name))
        << name;
  }
}

}  // namespace
}  // namespace pixelsail::strict
