#pragma once

/// Optimizer over named parameters, with state that can be saved by name: AdamW, or Muon for the matrices of
/// the hidden layers and AdamW for the rest (`kind: muon`).
///
/// Muon (Jordan et al. 2024) replaces the update of a matrix, Nesterov momentum of its gradient, by the
/// nearest orthogonal one, so that directions with small gradients are learned as fast as those with large
/// ones; scaled by 0.2 sqrt(max(rows, columns)) (Liu et al. 2025) it is as large as one of AdamW.

#include <torch/types.h>

#include <string>
#include <vector>

#include "model/weights.h"
#include "train/config.h"

namespace pixelsail {

/// A parameter and how it is trained.
struct OptimizedTensor {
  std::string name;
  torch::Tensor parameter;
  double lr_scale = 1;  ///< its learning rate, as a part of the common one
  double weight_decay = 0;
};

class Optimizer {
 public:
  Optimizer(std::vector<OptimizedTensor> parameters, const OptimizerConfig& config);
  /// All of them trained as the configuration says.
  Optimizer(const NamedTensors& parameters, const OptimizerConfig& config);

  /// All parameters, in a fixed order.
  std::vector<torch::Tensor> parameters() const;

  /// Scales all gradients so that their common L2 norm is at most clip_norm; returns the norm before.
  double clip_gradients();
  /// One update of every parameter that has a gradient. Parameters without one are left alone. Throws
  /// RunError naming the parameter for a gradient of another shape, strides, type or device than the
  /// parameter's, before anything is changed: fused kernels would pair the wrong elements.
  void step(double lr);

  /// "exp_avg.<name>", "exp_avg_sq.<name>", "step.<name>"; of a matrix of Muon "momentum.<name>".
  NamedTensors state() const;
  /// Throws DataError naming `where` for missing or misshapen entries.
  void load_state(const std::map<std::string, torch::Tensor>& state, const std::string& where);

 private:
  struct Slot : OptimizedTensor {
    torch::Tensor exp_avg, exp_avg_sq, step;  ///< of AdamW
    torch::Tensor momentum;                   ///< of Muon; defined: this is one of its matrices
  };
  void check_gradients() const;
  void adamw_step(double lr);
  void muon_step(double lr);

  std::vector<Slot> slots_;
  OptimizerConfig config_;
};

/// The orthogonal matrices nearest to x [B, m, n], roughly: five Newton-Schulz steps bring all singular
/// values near 1 (0.7 to 1.2). They run in the type `compute`; the result has that of x.
torch::Tensor orthogonalize(const torch::Tensor& x_Bmn, torch::ScalarType compute);
/// In bfloat16 where the device multiplies in it, as published, else in float32.
torch::Tensor orthogonalize(const torch::Tensor& x_Bmn);

}  // namespace pixelsail
