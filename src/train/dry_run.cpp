#include "train/dry_run.h"

#include <sys/resource.h>

#include <chrono>

#include "train/step_runner.h"

namespace pixelsail {

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
  report.total_s = report.step_s * static_cast<double>(report.steps);
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  report.peak_memory = static_cast<std::int64_t>(usage.ru_maxrss) * 1024;
  report.dataset_sizes = run.loader->sizes();
  return report;
}

}  // namespace pixelsail
