#pragma once

/// How many steps a run has: train.steps, or as many as train.epochs takes.

#include <cstdint>
#include <string>

#include "data/loader.h"
#include "train/config.h"

namespace pixelsail {

/// Steps where a configuration says neither how many nor how many epochs.
inline constexpr std::int64_t kUsualSteps = 1000;

/// What a configuration says of its length before any data are read: steps are set where neither they nor epochs are
/// given. Throws ConfigError where both are, and for epochs of micro-batches without a number of samples.
void settle_length(LoopConfig& config);

struct RunLength {
  std::int64_t steps = 0;
  double epoch_samples = 0;  ///< samples of one epoch; 0: the run is counted in steps
  /// "3 epochs of 120 samples: 45 steps of 8"; empty without epochs.
  std::string note;
};

/// The length of a run over the mixture of `loader`: epochs in whole micro-batches, and those in whole steps. The same
/// for any number of processes. Throws ConfigError when it cannot be counted.
RunLength run_length(const RunConfig& config, const Loader& loader);

}  // namespace pixelsail
