#pragma once

/// AdamW (Loshchilov and Hutter 2019, algorithm 2) of a list of parameters, by torch's fused kernel. Muon
/// trains with it what it doesn't train itself.

#include <string>
#include <vector>

#include "train/optimizer.h"

namespace pixelsail {

/// A parameter with its moments.
struct AdamwSlot {
  explicit AdamwSlot(const GroupedParameter& of);

  std::string name;
  torch::Tensor parameter;
  ParamGroup group;
  torch::Tensor exp_avg, exp_avg_sq, step;
};

/// One update of those that have a gradient.
void adamw_update(const std::vector<AdamwSlot>& slots, double lr, const OptimizerConfig& config);
/// Adds "exp_avg.<name>", "exp_avg_sq.<name>", "step.<name>".
void add_state(const AdamwSlot& slot, NamedTensors& state);

}  // namespace pixelsail
