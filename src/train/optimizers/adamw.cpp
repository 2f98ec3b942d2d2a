#include <torch/torch.h>

#include <map>

#include "train/optimizers/adamw_state.h"

namespace pixelsail {

AdamwSlot::AdamwSlot(const GroupedParameter& of)
    : name(of.name),
      parameter(of.parameter),
      group(of.group),
      exp_avg(torch::zeros_like(of.parameter)),
      exp_avg_sq(torch::zeros_like(of.parameter)),
      step(torch::zeros({}, torch::TensorOptions().device(of.parameter.device()))) {}

void adamw_update(const std::vector<AdamwSlot>& slots, double lr, const OptimizerConfig& config) {
  struct Lists {
    std::vector<torch::Tensor> parameters, gradients, averages, squares, steps;
  };
  // One fused call for all that share a learning rate and a weight decay.
  std::map<std::pair<double, double>, Lists> groups;
  for (const AdamwSlot& slot : slots) {
    if (!slot.parameter.grad().defined()) continue;
    Lists& lists = groups[{slot.group.lr_scale, slot.group.weight_decay}];
    lists.parameters.push_back(slot.parameter);
    lists.gradients.push_back(slot.parameter.grad());
    lists.averages.push_back(slot.exp_avg);
    lists.squares.push_back(slot.exp_avg_sq);
    lists.steps.push_back(slot.step);
  }
  for (auto& [settings, lists] : groups) {
    const auto [lr_scale, weight_decay] = settings;
    at::_foreach_add_(lists.steps, 1.0);
    at::_fused_adamw_(lists.parameters, lists.gradients, lists.averages, lists.squares,
                      /*max_exp_avg_sqs=*/{}, lists.steps, lr * lr_scale, config.beta1, config.beta2,
                      weight_decay, config.eps, /*amsgrad=*/false,
                      /*maximize=*/false);
  }
}

void add_state(const AdamwSlot& slot, NamedTensors& state) {
  state.emplace_back("exp_avg." + slot.name, slot.exp_avg);
  state.emplace_back("exp_avg_sq." + slot.name, slot.exp_avg_sq);
  state.emplace_back("step." + slot.name, slot.step);
}

namespace {

class Adamw : public Optimizer {
 public:
  Adamw(std::vector<GroupedParameter> parameters, const OptimizerConfig& config)
      : Optimizer(std::move(parameters), config), slots_(grouped().begin(), grouped().end()) {}

  NamedTensors state() const override {
    NamedTensors state;
    for (const AdamwSlot& slot : slots_) add_state(slot, state);
    return state;
  }

 private:
  void update(double lr) override { adamw_update(slots_, lr, config()); }

  std::vector<AdamwSlot> slots_;
};

}  // namespace

std::unique_ptr<Optimizer> make_adamw(std::vector<GroupedParameter> parameters,
                                      const OptimizerConfig& config) {
  return std::make_unique<Adamw>(std::move(parameters), config);
}

}  // namespace pixelsail
