// Muon (Jordan et al. 2024) for the matrices of the hidden layers and AdamW for the rest. Muon replaces the
// update of a matrix, Nesterov momentum of its gradient, by the nearest orthogonal one, so that directions
// with small gradients are learned as fast as those with large ones; scaled by 0.2 sqrt(max(rows, columns))
// (Liu et al. 2025) it is as large as one of AdamW.

#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "train/optimizers/adamw_state.h"
#include "train/optimizers/orthogonalize.h"

namespace pixelsail {
namespace {

/// Weights of linear layers inside the network. Embeddings and what reads classes off the states (output
/// layer, distillation layers) are not: their rows stand for things, so that no direction mixes them.
bool is_hidden_matrix(const std::string& name, const torch::Tensor& parameter) {
  if (parameter.dim() != 2 || name.find(".lora_") != std::string::npos) return false;
  return name.find(".layers.") != std::string::npos || name.find("_projector.") != std::string::npos;
}

struct MuonSlot {
  GroupedParameter of;
  torch::Tensor momentum;
};

class Muon : public Optimizer {
 public:
  Muon(std::vector<GroupedParameter> parameters, const OptimizerConfig& config)
      : Optimizer(std::move(parameters), config) {
    for (const GroupedParameter& each : grouped()) {
      if (is_hidden_matrix(each.name, each.parameter)) {
        matrices_.push_back({each, torch::zeros_like(each.parameter)});
      } else {
        others_.emplace_back(each);
      }
    }
  }

  /// "momentum.<name>" of a matrix, AdamW's state of another parameter, in the order of the parameters.
  NamedTensors state() const override {
    NamedTensors state;
    auto matrix = matrices_.begin();
    auto other = others_.begin();
    for (const GroupedParameter& each : grouped()) {
      if (matrix != matrices_.end() && matrix->of.name == each.name) {
        state.emplace_back("momentum." + each.name, (matrix++)->momentum);
      } else {
        add_state(*other++, state);
      }
    }
    return state;
  }

 private:
  void update(double lr) override {
    adamw_update(others_, lr, config());
    // Matrices of one shape are orthogonalized together.
    std::map<std::vector<std::int64_t>, std::vector<const MuonSlot*>> shapes;
    for (const MuonSlot& slot : matrices_) {
      if (slot.of.parameter.grad().defined()) shapes[slot.of.parameter.sizes().vec()].push_back(&slot);
    }
    for (const auto& [shape, slots] : shapes) update_shape(slots, lr);
  }

  void update_shape(const std::vector<const MuonSlot*>& slots, double lr) const {
    std::vector<torch::Tensor> directions;
    for (const MuonSlot* slot : slots) {
      const torch::Tensor& gradient = slot->of.parameter.grad();
      slot->momentum.mul_(config().muon_momentum).add_(gradient);
      directions.push_back(gradient.add(slot->momentum, config().muon_momentum));
    }
    const torch::Tensor updates = orthogonalize(torch::stack(directions));
    const double scale = 0.2 * std::sqrt(static_cast<double>(std::max(updates.size(1), updates.size(2))));
    for (std::size_t i = 0; i < slots.size(); ++i) {
      const GroupedParameter& of = slots[i]->of;
      const double rate = lr * config().muon_lr_scale * of.group.lr_scale;
      of.parameter.mul_(1.0 - rate * of.group.weight_decay);
      of.parameter.sub_(updates[static_cast<std::int64_t>(i)], rate * scale);
    }
  }

  std::vector<MuonSlot> matrices_;
  std::vector<AdamwSlot> others_;
};

}  // namespace

std::unique_ptr<Optimizer> make_muon(std::vector<GroupedParameter> parameters,
                                     const OptimizerConfig& config) {
  return std::make_unique<Muon>(std::move(parameters), config);
}

}  // namespace pixelsail
