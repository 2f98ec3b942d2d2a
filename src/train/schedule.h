#pragma once

/// The learning rate: a linear warmup, then a cosine, as the published training configures mmengine's
/// LinearLR and CosineAnnealingLR.

#include <cstdint>

#include "train/optimizer_config.h"

namespace pixelsail {

/// Rate at `place` of `length` places, from 0. With w = floor(warmup_fraction * length):
///   place < w   start + (lr - start) * place / (w - 1), start = lr * warmup_start_factor (lr itself when w
///   is 1) else        final_lr + (lr - final_lr) * (1 + cos(pi * (place - w) / (length - w))) / 2
double learning_rate(const OptimizerConfig& config, std::int64_t place, std::int64_t length);

/// Rate of the update that ends a group of up to `accumulate` micro-batches, the last of which is `last` of
/// `micro_batches` (from 0). Places are micro-batches or updates, as config.schedule_unit says.
double learning_rate_of_update(const OptimizerConfig& config, std::int64_t last, std::int64_t micro_batches,
                               std::int64_t accumulate);

}  // namespace pixelsail
