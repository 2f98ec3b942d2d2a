#include "model/recompute.h"

#include <ATen/autocast_mode.h>
#include <torch/csrc/autograd/functions/utils.h>
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

/// A node of the graph with as many inputs as f has, which torch's Function template cannot make.
struct RecomputeNode : torch::autograd::Node {
  Function function;
  torch::autograd::variable_list inputs;  ///< x, then the parameters
  AutocastState autocast;

  RecomputeNode(Function function_, torch::autograd::variable_list inputs_)
      : function(std::move(function_)),
        inputs(std::move(inputs_)),
        autocast(inputs.front().device().type()) {}

  torch::autograd::variable_list apply(torch::autograd::variable_list&& gradients) override {
    torch::autograd::variable_list wanted;
    const torch::Tensor x = inputs[0].detach().requires_grad_(inputs[0].requires_grad());
    torch::Tensor output;
    {
      const torch::AutoGradMode grad(true);
      const AutocastRestorer restorer(x.device().type());
      autocast.restore();
      output = function(x);
    }
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (inputs[i].requires_grad()) wanted.push_back(i == 0 ? x : inputs[i]);
    }
    const torch::autograd::variable_list found =
        torch::autograd::grad({output}, wanted, {gradients[0]}, /*retain_graph=*/std::nullopt,
                              /*create_graph=*/false, /*allow_unused=*/true);
    torch::autograd::variable_list all(inputs.size());
    std::size_t next = 0;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (inputs[i].requires_grad()) all[i] = found[next++];
    }
    return all;
  }

  void release_variables() override {
    inputs.clear();
    function = nullptr;
  }
};

}  // namespace

torch::Tensor recomputed(std::function<torch::Tensor(const torch::Tensor&)> f, const torch::Tensor& x,
                         const std::vector<torch::Tensor>& parameters) {
  torch::autograd::variable_list inputs{x};
  inputs.insert(inputs.end(), parameters.begin(), parameters.end());
  // With gradients on, so that f computes the same both times (without, it would take the ways of inference);
  // what it records is dropped at once.
  torch::Tensor output = f(x.detach()).detach();
  if (!torch::autograd::any_variable_requires_grad(inputs)) return output;
  const std::shared_ptr<RecomputeNode> node(new RecomputeNode(std::move(f), inputs),
                                            torch::autograd::deleteNode);
  node->set_next_edges(torch::autograd::collect_next_edges(inputs));
  torch::autograd::set_history(output, node);
  return output;
}

}  // namespace pixelsail
