#include "train/optimizer.h"

#include <torch/torch.h>

#include "pixelsail/error.h"

namespace pixelsail {

AdamW::AdamW(NamedTensors parameters, const OptimizerConfig& config)
    : parameters_(std::move(parameters)), config_(config) {
  for (const auto& [name, parameter] : parameters_) {
    exp_avg_.push_back(torch::zeros_like(parameter));
    exp_avg_sq_.push_back(torch::zeros_like(parameter));
    steps_.push_back(torch::zeros({}, torch::TensorOptions().device(parameter.device())));
  }
}

double AdamW::clip_gradients() {
  const torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> gradients;
  for (const auto& [name, parameter] : parameters_) {
    if (parameter.grad().defined()) gradients.push_back(parameter.grad());
  }
  if (gradients.empty()) return 0;
  const double norm = torch::stack(at::_foreach_norm(gradients)).norm().item<double>();
  // torch's rule, so that recipes carry over: the offset keeps the factor finite.
  constexpr double kOffset = 1e-6;
  const double factor = config_.clip_norm / (norm + kOffset);
  if (config_.clip_norm > 0 && factor < 1) at::_foreach_mul_(gradients, factor);
  return norm;
}

void AdamW::step(double lr) {
  const torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> parameters, gradients, averages, squares, steps;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const torch::Tensor& parameter = parameters_[i].second;
    if (!parameter.grad().defined()) continue;
    parameters.push_back(parameter);
    gradients.push_back(parameter.grad());
    averages.push_back(exp_avg_[i]);
    squares.push_back(exp_avg_sq_[i]);
    steps.push_back(steps_[i]);
  }
  if (parameters.empty()) return;
  at::_foreach_add_(steps, 1.0);
  at::_fused_adamw_(parameters, gradients, averages, squares, /*max_exp_avg_sqs=*/{}, steps, lr,
                    config_.beta1, config_.beta2, config_.weight_decay, config_.eps, /*amsgrad=*/false,
                    /*maximize=*/false);
}

void AdamW::zero_gradients() {
  for (auto& [name, parameter] : parameters_) parameter.mutable_grad().reset();
}

NamedTensors AdamW::state() const {
  NamedTensors state;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const std::string& name = parameters_[i].first;
    state.emplace_back("exp_avg." + name, exp_avg_[i]);
    state.emplace_back("exp_avg_sq." + name, exp_avg_sq_[i]);
    state.emplace_back("step." + name, steps_[i]);
  }
  return state;
}

void AdamW::load_state(const std::map<std::string, torch::Tensor>& state, const std::string& where) {
  const torch::NoGradGuard no_grad;
  const auto load = [&](const std::string& name, torch::Tensor& into) {
    const auto it = state.find(name);
    if (it == state.end()) throw DataError(where + ": no tensor '" + name + "'");
    if (it->second.sizes() != into.sizes())
      throw DataError(where + ": tensor '" + name + "' has another shape");
    into.copy_(it->second);
  };
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const std::string& name = parameters_[i].first;
    load("exp_avg." + name, exp_avg_[i]);
    load("exp_avg_sq." + name, exp_avg_sq_[i]);
    load("step." + name, steps_[i]);
  }
}

}  // namespace pixelsail
