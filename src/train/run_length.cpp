#include "train/run_length.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

#include "data/epoch.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

/// Shares are quotients: a count that is whole but for their rounding does not begin another micro-batch.
double whole_above(double value) {
  constexpr double kRounding = 1e-9;
  return std::max(1.0, std::ceil(value * (1 - kRounding)));
}

std::string text_of(double number) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.10g", number);
  return text;
}

}  // namespace

void settle_length(LoopConfig& config) {
  if (config.steps > 0 && config.epochs > 0)
    throw ConfigError(
        "train.steps and train.epochs exclude each other: leave one of them out, or set it to 0 where a base "
        "gives it");
  if (config.epochs > 0 && config.tokens_per_batch > 0)
    throw ConfigError(
        "train.epochs counts samples, and with train.tokens_per_batch a micro-batch has no fixed number of "
        "them: use train.steps");
  if (config.epochs == 0 && config.steps == 0) config.steps = kUsualSteps;
}

RunLength run_length(const RunConfig& config, const Loader& loader) {
  const LoopConfig& loop = config.train;
  if (loop.epochs == 0) return {.steps = loop.steps};
  std::vector<std::int64_t> sizes;
  for (const auto& [name, size] : loader.sizes()) sizes.push_back(size);
  const double samples = samples_of_epochs(config.data.datasets, sizes, loop.epochs);
  const double batches = whole_above(samples / static_cast<double>(loop.batch_size));
  const double steps = whole_above(batches / static_cast<double>(loop.accumulate));
  constexpr double kMost = 1e15;
  if (!(steps < kMost))
    throw ConfigError("train.epochs: " + text_of(loop.epochs) + " epochs of this mixture are " +
                      text_of(steps) + " steps");
  RunLength length{.steps = static_cast<std::int64_t>(steps),
                   .epoch_samples = samples_of_epochs(config.data.datasets, sizes, 1.0),
                   .note = {}};
  length.note = text_of(loop.epochs) + " epochs of " + text_of(std::round(length.epoch_samples)) +
                " samples: " + std::to_string(length.steps) + " steps of " +
                std::to_string(loop.batch_size * loop.accumulate);
  return length;
}

}  // namespace pixelsail
