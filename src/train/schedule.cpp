#include "train/schedule.h"

#include <cmath>
#include <numbers>

namespace pixelsail {

double learning_rate(const OptimizerConfig& config, std::int64_t step, std::int64_t steps) {
  const auto warmup = static_cast<std::int64_t>(config.warmup_fraction * static_cast<double>(steps));
  if (step < warmup) {
    const double share = static_cast<double>(step) / static_cast<double>(warmup);
    return config.warmup_start_lr + (config.lr - config.warmup_start_lr) * share;
  }
  const auto length = static_cast<double>(steps > warmup ? steps - warmup : 1);
  const double share = static_cast<double>(step - warmup) / length;
  return config.final_lr + (config.lr - config.final_lr) * 0.5 * (1.0 + std::cos(std::numbers::pi * share));
}

}  // namespace pixelsail
