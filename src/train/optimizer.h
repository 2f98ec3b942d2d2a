#pragma once

/// An optimizer over named parameters, with state that can be saved by name. An optimizer is one file with
/// one row (src/train/optimizers/), or a program's own (tests/extend/optimizer.cpp); `optimizer.kind` names
/// it.

#include <torch/types.h>

#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/registry.h"
#include "model/weights.h"
#include "train/optimizer_config.h"

namespace pixelsail {

/// Settings that some parameters share.
struct ParamGroup {
  double lr_scale = 1;  ///< their learning rate, as a part of the common one
  double weight_decay = 0;
};

/// A parameter and the group that it is in.
struct GroupedParameter {
  std::string name;
  torch::Tensor parameter;
  ParamGroup group;
};

class Optimizer {
 public:
  Optimizer(std::vector<GroupedParameter> parameters, const OptimizerConfig& config);
  virtual ~Optimizer() = default;
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  /// All parameters, in a fixed order.
  std::vector<torch::Tensor> parameters() const;

  /// The common L2 norm of all gradients, a scalar where they are; undefined without a gradient.
  torch::Tensor gradient_norm() const;
  /// Scales all gradients, whose norm is `norm`, so that it is at most clip_norm.
  void clip_gradients(double norm);
  /// One update of every parameter that has a gradient. Parameters without one are left alone. Throws
  /// RunError naming the parameter for a gradient of another shape, strides, type or device than the
  /// parameter's, before anything is changed: fused kernels would pair the wrong elements.
  void step(double lr);

  /// "<kind of state>.<name of parameter>", the tensors that the optimizer itself uses.
  virtual NamedTensors state() const = 0;
  /// Throws DataError naming `where` for missing or misshapen entries.
  void load_state(const std::map<std::string, torch::Tensor>& state, const std::string& where);

 protected:
  /// The update at the common learning rate, without recording for gradients.
  virtual void update(double lr) = 0;

  const std::vector<GroupedParameter>& grouped() const { return parameters_; }
  const OptimizerConfig& config() const { return config_; }

 private:
  std::vector<torch::Tensor> gradients() const;
  void check_gradients() const;

  std::vector<GroupedParameter> parameters_;
  OptimizerConfig config_;
};

struct OptimizerRow {
  std::string_view name;
  std::unique_ptr<Optimizer> (*make)(std::vector<GroupedParameter> parameters,
                                     const OptimizerConfig& config) = nullptr;
};

std::span<const OptimizerRow> own_optimizers();

/// The one that config.kind names. Throws ConfigError for an unknown kind.
std::unique_ptr<Optimizer> make_optimizer(std::vector<GroupedParameter> parameters,
                                          const OptimizerConfig& config);
/// All parameters in one group, trained as the configuration says.
std::unique_ptr<Optimizer> make_optimizer(const NamedTensors& parameters, const OptimizerConfig& config);

}  // namespace pixelsail
