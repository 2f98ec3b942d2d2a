#include "train/schedule.h"

#include <cmath>
#include <numbers>

namespace pixelsail {

double learning_rate(const OptimizerConfig& config, std::int64_t place, std::int64_t length) {
  const auto warmup = static_cast<std::int64_t>(config.warmup_fraction * static_cast<double>(length));
  if (place < warmup) {
    const double start = config.warmup_start_lr.value_or(config.lr * config.warmup_start_factor);
    const double share = warmup > 1 ? static_cast<double>(place) / static_cast<double>(warmup - 1) : 0.0;
    return start + (config.lr - start) * share;
  }
  const double share = static_cast<double>(place - warmup) / static_cast<double>(length - warmup);
  return config.final_lr + (config.lr - config.final_lr) * 0.5 * (1.0 + std::cos(std::numbers::pi * share));
}

double learning_rate_of_update(const OptimizerConfig& config, std::int64_t last, std::int64_t micro_batches,
                               std::int64_t accumulate) {
  if (config.schedule_unit == "micro_batch") return learning_rate(config, last, micro_batches);
  return learning_rate(config, last / accumulate, (micro_batches + accumulate - 1) / accumulate);
}

}  // namespace pixelsail
