#include "train/optimizer.h"

namespace pixelsail {

// src/train/optimizers/<kind>.cpp
std::unique_ptr<Optimizer> make_adamw(std::vector<GroupedParameter>, const OptimizerConfig&);
std::unique_ptr<Optimizer> make_muon(std::vector<GroupedParameter>, const OptimizerConfig&);

std::span<const OptimizerRow> own_optimizers() {
  static constexpr OptimizerRow kRows[] = {{"adamw", make_adamw}, {"muon", make_muon}};
  return kRows;
}

std::vector<std::string> optimizer_kinds() {
  return row_names(own_optimizers());
}

std::unique_ptr<Optimizer> make_optimizer(std::vector<GroupedParameter> parameters,
                                          const OptimizerConfig& config) {
  return find_row(own_optimizers(), config.kind, "optimizer").make(std::move(parameters), config);
}

std::unique_ptr<Optimizer> make_optimizer(const NamedTensors& parameters, const OptimizerConfig& config) {
  std::vector<GroupedParameter> grouped;
  for (const auto& [name, tensor] : parameters)
    grouped.push_back({.name = name, .parameter = tensor, .group = {.weight_decay = config.weight_decay}});
  return make_optimizer(std::move(grouped), config);
}

}  // namespace pixelsail
