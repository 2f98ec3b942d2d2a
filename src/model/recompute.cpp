#include "model/recompute.h"

#include <ATen/autocast_mode.h>
#include <torch/torch.h>

namespace pixelsail {
namespace {

/// The state of autocast for one device type, put back at the end of its life.
class AutocastState {
 public:
  explicit AutocastState(at::DeviceType type)
      : type_(type),
        enabled_(at::autocast::is_autocast_enabled(type)),
        cached_(at::autocast::is_autocast_cache_enabled()),
        dtype_(at::autocast::get_autocast_dtype(type)) {}
  void restore() const {
    at::autocast::set_autocast_enabled(type_, enabled_);
    at::autocast::set_autocast_cache_enabled(cached_);
    at::autocast::set_autocast_dtype(type_, dtype_);
  }

 private:
  at::DeviceType type_;
  bool enabled_, cached_;
  at::ScalarType dtype_;
};

class AutocastRestorer {
 public:
  explicit AutocastRestorer(at::DeviceType type) : state_(type) {}
  ~AutocastRestorer() { state_.restore(); }
  AutocastRestorer(const AutocastRestorer&) = delete;
  AutocastRestorer& operator=(const AutocastRestorer&) = delete;

 private:
  AutocastState state_;
};

using Function = std::function<torch::Tensor(const torch::Tensor&)>;

struct Held : torch::CustomClassHolder {
  Held(Function function_, AutocastState autocast_) : function(std::move(function_)), autocast(autocast_) {}
  Function function;
  AutocastState autocast;
};

class Recomputed : public torch::autograd::Function<Recomputed> {
 public:
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& x,
                               const std::vector<torch::Tensor>& parameters,
                               const c10::intrusive_ptr<Held>& held) {
    torch::autograd::variable_list saved{x};
    saved.insert(saved.end(), parameters.begin(), parameters.end());
    context->save_for_backward(saved);
    context->saved_data["held"] = c10::IValue::make_capsule(held);
    return held->function(x);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    torch::autograd::variable_list inputs = context->get_saved_variables();
    const auto held = c10::static_intrusive_pointer_cast<Held>(context->saved_data["held"].toCapsule());
    const bool input_needed = inputs[0].requires_grad();
    inputs[0] = inputs[0].detach().requires_grad_(input_needed);
    torch::Tensor output;
    {
      const torch::AutoGradMode grad(true);
      const AutocastRestorer restorer(inputs[0].device().type());
      held->autocast.restore();
      output = held->function(inputs[0]);
    }
    torch::autograd::variable_list wanted(inputs.begin() + (input_needed ? 0 : 1), inputs.end());
    torch::autograd::variable_list found = torch::autograd::grad({output}, wanted, {gradients[0]},
                                                                 /*retain_graph=*/std::nullopt,
                                                                 /*create_graph=*/false,
                                                                 /*allow_unused=*/true);
    if (!input_needed) found.insert(found.begin(), torch::Tensor());
    found.emplace_back();  // the function
    return found;
  }
};

}  // namespace

torch::Tensor recomputed(std::function<torch::Tensor(const torch::Tensor&)> f, const torch::Tensor& x,
                         const std::vector<torch::Tensor>& parameters) {
  return Recomputed::apply(x, parameters,
                           c10::make_intrusive<Held>(std::move(f), AutocastState(x.device().type())));
}

}  // namespace pixelsail
