#include "train/dry_run.h"

#include <chrono>

#include "model/memory_use.h"
#include "train/step_runner.h"

namespace pixelsail {
namespace {

TrainingShape shape_of(const TrainingState& run, const StepRunner::Work& work, std::int64_t trained) {
  const RunConfig& config = run.config;
  const std::int64_t batches = std::max<std::int64_t>(1, config.train.accumulate);
  return {.tokens = work.tokens / batches,
          .scored = work.tokens / batches,
          .patches = work.most_patches,
          .pictures = (work.pictures + batches - 1) / batches,
          .mask2former_channels = config.loss.distill.mask2former_channels,
          .sam2_channels = config.loss.distill.sam2_channels,
          .recompute = config.train.recompute,
          .bf16 = run.bf16,
          .bf16_weights = run.masters != nullptr,
          .trained = trained};
}

}  // namespace

DryRunReport dry_run(TrainingState& run) {
  StepRunner steps(run);
  const double lr = run.learning_rate_of(0);
  steps.run(lr);  // the first step pays for allocations
  constexpr int kTimed = 3;
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < kTimed; ++i) steps.run(lr);
  DryRunReport report;
  report.step_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count() / kTimed;
  report.parameters = run.loaded.model->parameter_count();
  for (const torch::Tensor& parameter : run.optimizer->parameters()) report.trained += parameter.numel();
  report.steps = run.config.train.steps;
  report.length = run.length.note;
  report.total_s = report.step_s * static_cast<double>(report.steps);
  report.peak_memory = memory_use(run.loaded.model->device()).peak;
  report.memory = training_memory(run.loaded.model->config, shape_of(run, steps.work(), report.trained));
  report.dataset_sizes = run.loader->sizes();
  return report;
}

}  // namespace pixelsail
