#pragma once

/// A plan that the forward of an autograd function leaves to its backward.

#include <torch/torch.h>

#include <memory>
#include <utility>

namespace pixelsail {

template <class Plan>
struct PlanHolder : torch::CustomClassHolder {
  explicit PlanHolder(std::shared_ptr<const Plan> held) : plan(std::move(held)) {}
  std::shared_ptr<const Plan> plan;

  static void keep(torch::autograd::AutogradContext* context, std::shared_ptr<const Plan> plan) {
    context->saved_data["plan"] = c10::IValue::make_capsule(c10::make_intrusive<PlanHolder>(std::move(plan)));
  }
  static std::shared_ptr<const Plan> of(torch::autograd::AutogradContext* context) {
    return c10::static_intrusive_pointer_cast<PlanHolder>(context->saved_data["plan"].toCapsule())->plan;
  }
};

}  // namespace pixelsail
