#include "train/parameters.h"

#include <torch/torch.h>

#include <regex>

#include "pixelsail/error.h"

namespace pixelsail {
namespace {

/// The groups with their expressions compiled, and whether each has matched anything.
class Groups {
 public:
  explicit Groups(const std::vector<ParameterGroupConfig>& groups) : groups_(groups), used_(groups.size()) {
    for (const ParameterGroupConfig& group : groups) {
      try {
        expressions_.emplace_back(group.match);
      } catch (const std::regex_error& error) {
        throw ConfigError("train.parameters: '" + group.match +
                          "' is not a regular expression: " + error.what());
      }
    }
  }

  /// The first group that a name belongs to; nullptr for none.
  const ParameterGroupConfig* of(const std::string& name) {
    const ParameterGroupConfig* first = nullptr;
    for (std::size_t i = 0; i < groups_.size(); ++i) {
      if (!std::regex_match(name, expressions_[i])) continue;
      used_[i] = true;
      if (first == nullptr) first = &groups_[i];
    }
    return first;
  }

  void check_all_used() const {
    for (std::size_t i = 0; i < groups_.size(); ++i) {
      if (!used_[i])
        throw ConfigError("train.parameters[" + std::to_string(i) + "]: no parameter's name is '" +
                          groups_[i].match + "'");
    }
  }

 private:
  const std::vector<ParameterGroupConfig>& groups_;
  std::vector<std::regex> expressions_;
  std::vector<bool> used_;
};

}  // namespace

TrainedParameters group_parameters(PixelSailImpl& model, const Adapter* adapter,
                                   const ObjectiveImpl& objective,
                                   const std::vector<ParameterGroupConfig>& groups_config,
                                   const OptimizerConfig& optimizer) {
  Groups groups(groups_config);
  TrainedParameters chosen;
  const auto add = [&](const std::string& name, torch::Tensor tensor, bool frozen) {
    ParamGroup settings{.weight_decay = optimizer.weight_decay};
    if (const ParameterGroupConfig* group = groups.of(name); group != nullptr) {
      frozen = group->frozen;
      if (group->lr) settings.lr_scale = optimizer.lr > 0 ? *group->lr / optimizer.lr : 0.0;
      settings.weight_decay = group->weight_decay.value_or(optimizer.weight_decay);
    }
    tensor.requires_grad_(!frozen);
    if (!frozen) chosen.all.push_back({.name = name, .parameter = tensor, .group = settings});
    return !frozen;
  };
  for (const auto& [name, tensor] : named_tensors(model)) {
    if (add(name, tensor, adapter != nullptr)) chosen.of_model.emplace_back(name, tensor);
  }
  if (adapter != nullptr) {
    for (const auto& [name, tensor] : adapter->tensors()) add(name, tensor, false);
  }
  if (chosen.all.empty()) throw ConfigError("train.parameters freezes everything: nothing is left to train");
  for (const auto& [name, tensor] : named_tensors(objective)) add(name, tensor, false);
  groups.check_all_used();
  return chosen;
}

}  // namespace pixelsail
