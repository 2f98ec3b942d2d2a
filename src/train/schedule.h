#pragma once

/// Learning rate of a step.

#include <cstdint>

#include "train/config.h"

namespace pixelsail {

/// Linear from warmup_start_lr to lr over warmup_fraction * steps, then a cosine to final_lr at `steps`.
/// `step` counts from 0.
double learning_rate(const OptimizerConfig& config, std::int64_t step, std::int64_t steps);

}  // namespace pixelsail
