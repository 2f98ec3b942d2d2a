#include "train/optimizer.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <sstream>

#include "model/products.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

/// Weights of linear layers inside the network. Embeddings and what reads classes off the states (output
/// layer, distillation layers) are not: their rows stand for things, so that no direction mixes them.
bool is_hidden_matrix(const std::string& name, const torch::Tensor& parameter) {
  if (parameter.dim() != 2 || name.find(".lora_") != std::string::npos) return false;
  return name.find(".layers.") != std::string::npos || name.find("_projector.") != std::string::npos;
}

}  // namespace

torch::Tensor orthogonalize(const torch::Tensor& x_Bmn, torch::ScalarType compute) {
  // Coefficients of the published quintic iteration x -> a x + b (x x^T) x + c (x x^T)^2 x.
  constexpr double kA = 3.4445, kB = -4.7750, kC = 2.0315;
  constexpr int kSteps = 5;
  constexpr double kTiny = 1e-7;
  const bool tall = x_Bmn.size(1) > x_Bmn.size(2);
  torch::Tensor x = tall ? x_Bmn.transpose(1, 2) : x_Bmn;
  x = (x / (at::linalg_vector_norm(x, 2, at::IntArrayRef{1, 2}, true) + kTiny)).to(compute);
  for (int i = 0; i < kSteps; ++i) {
    const torch::Tensor gram = at::bmm(x, x.transpose(1, 2));
    x = at::baddbmm(x, at::baddbmm(gram, gram, gram, kB, kC), x, kA);
  }
  return (tall ? x.transpose(1, 2) : x).to(x_Bmn.scalar_type());
}

torch::Tensor orthogonalize(const torch::Tensor& x_Bmn) {
  // Three digits do: the iteration itself leaves singular values between 0.7 and 1.2. A processor without
  // instructions for bfloat16 takes twenty times as long for them as for float32.
  return orthogonalize(x_Bmn,
                       computes_in(torch::kBFloat16, x_Bmn.device()) ? torch::kBFloat16 : torch::kFloat32);
}

Optimizer::Optimizer(std::vector<OptimizedTensor> parameters, const OptimizerConfig& config)
    : config_(config) {
  for (OptimizedTensor& optimized : parameters) {
    Slot slot{std::move(optimized), {}, {}, {}, {}};
    if (config.kind == "muon" && is_hidden_matrix(slot.name, slot.parameter)) {
      slot.momentum = torch::zeros_like(slot.parameter);
    } else {
      slot.exp_avg = torch::zeros_like(slot.parameter);
      slot.exp_avg_sq = torch::zeros_like(slot.parameter);
      slot.step = torch::zeros({}, torch::TensorOptions().device(slot.parameter.device()));
    }
    slots_.push_back(std::move(slot));
  }
}

Optimizer::Optimizer(const NamedTensors& parameters, const OptimizerConfig& config)
    : Optimizer(
          [&] {
            std::vector<OptimizedTensor> optimized;
            for (const auto& [name, tensor] : parameters)
              optimized.push_back({.name = name, .parameter = tensor, .weight_decay = config.weight_decay});
            return optimized;
          }(),
          config) {}

std::vector<torch::Tensor> Optimizer::parameters() const {
  std::vector<torch::Tensor> parameters;
  for (const Slot& slot : slots_) parameters.push_back(slot.parameter);
  return parameters;
}

double Optimizer::clip_gradients() {
  const torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> gradients;
  for (const Slot& slot : slots_) {
    if (slot.parameter.grad().defined()) gradients.push_back(slot.parameter.grad());
  }
  if (gradients.empty()) return 0;
  const double norm = torch::stack(at::_foreach_norm(gradients)).norm().item<double>();
  // torch's rule, so that recipes carry over: the offset keeps the factor finite.
  constexpr double kOffset = 1e-6;
  const double factor = config_.clip_norm / (norm + kOffset);
  if (config_.clip_norm > 0 && factor < 1) at::_foreach_mul_(gradients, factor);
  return norm;
}

void Optimizer::check_gradients() const {
  const auto refuse = [](const Slot& slot, const std::string& what, const auto& gradient,
                         const auto& parameter) {
    std::ostringstream message;
    message << "optimizer: " << what << " of the gradient of '" << slot.name << "' is " << gradient
            << ", the parameter's " << parameter;
    throw RunError(message.str());
  };
  for (const Slot& slot : slots_) {
    const torch::Tensor &parameter = slot.parameter, &gradient = parameter.grad();
    if (!gradient.defined()) continue;
    if (gradient.device() != parameter.device())
      refuse(slot, "the device", gradient.device(), parameter.device());
    if (gradient.scalar_type() != parameter.scalar_type())
      refuse(slot, "the element type", gradient.scalar_type(), parameter.scalar_type());
    if (gradient.sizes() != parameter.sizes()) refuse(slot, "the shape", gradient.sizes(), parameter.sizes());
    if (gradient.strides() != parameter.strides())
      refuse(slot, "the layout (strides)", gradient.strides(), parameter.strides());
  }
}

void Optimizer::step(double lr) {
  const torch::NoGradGuard no_grad;
  check_gradients();
  adamw_step(lr);
  muon_step(lr);
}

void Optimizer::adamw_step(double lr) {
  struct Lists {
    std::vector<torch::Tensor> parameters, gradients, averages, squares, steps;
  };
  // One fused call for all that share a learning rate and a weight decay.
  std::map<std::pair<double, double>, Lists> groups;
  for (const Slot& slot : slots_) {
    if (slot.momentum.defined() || !slot.parameter.grad().defined()) continue;
    Lists& lists = groups[{slot.lr_scale, slot.weight_decay}];
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
                      /*max_exp_avg_sqs=*/{}, lists.steps, lr * lr_scale, config_.beta1, config_.beta2,
                      weight_decay, config_.eps, /*amsgrad=*/false,
                      /*maximize=*/false);
  }
}

void Optimizer::muon_step(double lr) {
  // Matrices of one shape are orthogonalized together.
  std::map<std::vector<std::int64_t>, std::vector<const Slot*>> groups;
  for (const Slot& slot : slots_) {
    if (slot.momentum.defined() && slot.parameter.grad().defined()) {
      groups[slot.parameter.sizes().vec()].push_back(&slot);
    }
  }
  for (const auto& [shape, slots] : groups) {
    std::vector<torch::Tensor> directions;
    for (const Slot* slot : slots) {
      slot->momentum.mul_(config_.muon_momentum).add_(slot->parameter.grad());
      directions.push_back(slot->parameter.grad().add(slot->momentum, config_.muon_momentum));
    }
    const torch::Tensor updates = orthogonalize(torch::stack(directions));
    const double scale = 0.2 * std::sqrt(static_cast<double>(std::max(shape[0], shape[1])));
    for (std::size_t i = 0; i < slots.size(); ++i) {
      const double rate = lr * config_.muon_lr_scale * slots[i]->lr_scale;
      slots[i]->parameter.mul_(1.0 - rate * slots[i]->weight_decay);
      slots[i]->parameter.sub_(updates[static_cast<std::int64_t>(i)], rate * scale);
    }
  }
}

NamedTensors Optimizer::state() const {
  NamedTensors state;
  for (const Slot& slot : slots_) {
    if (slot.momentum.defined()) {
      state.emplace_back("momentum." + slot.name, slot.momentum);
      continue;
    }
    state.emplace_back("exp_avg." + slot.name, slot.exp_avg);
    state.emplace_back("exp_avg_sq." + slot.name, slot.exp_avg_sq);
    state.emplace_back("step." + slot.name, slot.step);
  }
  return state;
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
