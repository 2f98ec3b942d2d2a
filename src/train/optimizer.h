#pragma once

/// AdamW over named parameters, with state that can be saved by name.

#include <torch/types.h>

#include <string>
#include <vector>

#include "model/weights.h"
#include "train/config.h"

namespace pixelsail {

class AdamW {
 public:
  AdamW(NamedTensors parameters, const OptimizerConfig& config);

  /// Scales all gradients so that their common L2 norm is at most clip_norm; returns the norm before.
  double clip_gradients();
  /// One update of every parameter that has a gradient. Parameters without one are left alone.
  void step(double lr);
  void zero_gradients();

  /// "exp_avg.<name>", "exp_avg_sq.<name>", "step.<name>".
  NamedTensors state() const;
  /// Throws DataError naming `where` for missing or misshapen entries.
  void load_state(const std::map<std::string, torch::Tensor>& state, const std::string& where);

 private:
  NamedTensors parameters_;
  OptimizerConfig config_;
  std::vector<torch::Tensor> exp_avg_, exp_avg_sq_, steps_;
};

}  // namespace pixelsail
