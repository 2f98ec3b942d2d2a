#include "train/optimizer.h"

#include <torch/torch.h>

#include <sstream>

#include "pixelsail/error.h"

namespace pixelsail {

Optimizer::Optimizer(std::vector<GroupedParameter> parameters, const OptimizerConfig& config)
    : parameters_(std::move(parameters)), config_(config) {}

std::vector<torch::Tensor> Optimizer::parameters() const {
  std::vector<torch::Tensor> parameters;
  for (const GroupedParameter& each : parameters_) parameters.push_back(each.parameter);
  return parameters;
}

std::vector<torch::Tensor> Optimizer::gradients() const {
  std::vector<torch::Tensor> gradients;
  for (const GroupedParameter& each : parameters_) {
    if (each.parameter.grad().defined()) gradients.push_back(each.parameter.grad());
  }
  return gradients;
}

torch::Tensor Optimizer::gradient_norm() const {
  const torch::NoGradGuard no_grad;
  const std::vector<torch::Tensor> gradients = this->gradients();
  if (gradients.empty()) return {};
  return torch::stack(at::_foreach_norm(gradients)).norm();
}

void Optimizer::clip_gradients(double norm) {
  const torch::NoGradGuard no_grad;
  // torch's rule, so that recipes carry over: the offset keeps the factor finite.
  constexpr double kOffset = 1e-6;
  const double factor = config_.clip_norm / (norm + kOffset);
  if (config_.clip_norm > 0 && factor < 1) at::_foreach_mul_(gradients(), factor);
}

void Optimizer::check_gradients() const {
  const auto refuse = [](const GroupedParameter& each, const std::string& what, const auto& gradient,
                         const auto& parameter) {
    std::ostringstream message;
    message << "optimizer: " << what << " of the gradient of '" << each.name << "' is " << gradient
            << ", the parameter's " << parameter;
    throw RunError(message.str());
  };
  for (const GroupedParameter& each : parameters_) {
    const torch::Tensor &parameter = each.parameter, &gradient = parameter.grad();
    if (!gradient.defined()) continue;
    if (gradient.device() != parameter.device())
      refuse(each, "the device", gradient.device(), parameter.device());
    if (gradient.scalar_type() != parameter.scalar_type())
      refuse(each, "the element type", gradient.scalar_type(), parameter.scalar_type());
    if (gradient.sizes() != parameter.sizes()) refuse(each, "the shape", gradient.sizes(), parameter.sizes());
    if (gradient.strides() != parameter.strides())
      refuse(each, "the layout (strides)", gradient.strides(), parameter.strides());
  }
}

void Optimizer::step(double lr) {
  const torch::NoGradGuard no_grad;
  check_gradients();
  update(lr);
}

void Optimizer::load_state(const std::map<std::string, torch::Tensor>& state, const std::string& where) {
  const torch::NoGradGuard no_grad;
  for (auto& [name, into] : this->state()) {
    const auto it = state.find(name);
    if (it == state.end()) throw DataError(where + ": no tensor '" + name + "'");
    if (it->second.sizes() != into.sizes())
      throw DataError(where + ": tensor '" + name + "' has another shape");
    into.copy_(it->second);
  }
}

}  // namespace pixelsail
