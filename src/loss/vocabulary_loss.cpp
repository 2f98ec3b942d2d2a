#include "loss/vocabulary_loss.h"

#include <torch/torch.h>

#include <algorithm>

#include "model/layer_steps.h"

namespace pixelsail {
namespace {

template <class Body>
void for_each_range(std::int64_t total, std::int64_t size, const Body& body) {
  for (std::int64_t first = 0; first < total; first += size) body(first, std::min(size, total - first));
}

class VocabularyCrossEntropy : public torch::autograd::Function<VocabularyCrossEntropy> {
 public:
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& hidden_SC,
                               const torch::Tensor& weight_VC, const torch::Tensor& target_S,
                               std::int64_t rows, torch::ScalarType type) {
    const torch::Tensor hidden = hidden_SC.to(type), weight = weight_VC.to(type);
    const torch::Tensor log_sum_S = torch::empty(target_S.sizes(), hidden.options().dtype(torch::kFloat32));
    const torch::Tensor loss_S = torch::empty_like(log_sum_S);
    for_each_range(hidden.size(0), rows, [&](std::int64_t first, std::int64_t count) {
      const torch::Tensor logits_RV = logits(hidden.narrow(0, first, count), weight);
      const torch::Tensor chosen_R1 = logits_RV.gather(1, target_S.narrow(0, first, count).unsqueeze(1));
      const torch::Tensor sum_R = log_sum_S.narrow(0, first, count);
      sum_R.copy_(logits_RV.logsumexp(1));
      loss_S.narrow(0, first, count).copy_(sum_R - chosen_R1.squeeze(1));
    });
    context->save_for_backward({hidden_SC, weight_VC, target_S, log_sum_S});
    context->saved_data["rows"] = rows;
    context->saved_data["type"] = type;
    return loss_S;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const torch::Tensor &hidden_SC = saved[0], &weight_VC = saved[1], &target_S = saved[2],
                        &log_sum_S = saved[3];
    const std::int64_t rows = context->saved_data["rows"].toInt();
    const torch::ScalarType type = context->saved_data["type"].toScalarType();
    const torch::Tensor hidden = hidden_SC.to(type), weight = weight_VC.to(type);
    torch::Tensor grad_hidden, grad_weight;
    if (context->needs_input_grad(0)) grad_hidden = torch::empty_like(hidden_SC);
    if (context->needs_input_grad(1))
      grad_weight = torch::zeros_like(weight_VC, torch::kFloat32);  // a sum over all rows
    for_each_range(hidden.size(0), rows, [&](std::int64_t first, std::int64_t count) {
      const auto part = [&](const torch::Tensor& x) { return x.narrow(0, first, count); };
      // (softmax - one hot) * gradient
      torch::Tensor error_RV = logits(part(hidden), weight).sub_(part(log_sum_S).unsqueeze(1)).exp_();
      const torch::Tensor target_R1 = part(target_S).unsqueeze(1);
      error_RV.scatter_add_(1, target_R1, torch::full_like(target_R1, -1, error_RV.options()));
      error_RV.mul_(part(gradients[0]).unsqueeze(1));
      error_RV = error_RV.to(type);
      if (grad_hidden.defined()) part(grad_hidden).copy_(at::matmul(error_RV, weight));
      if (!grad_weight.defined()) return;
      // A few words at a time: the product for all of them would be as large as the weight.
      constexpr std::int64_t kWords = 1 << 15;
      for_each_range(weight.size(0), kWords, [&](std::int64_t word, std::int64_t words) {
        grad_weight.narrow(0, word, words)
            .add_(at::matmul(error_RV.narrow(1, word, words).t(), part(hidden)));
      });
    });
    return {grad_hidden, grad_weight, {}, {}, {}};
  }

 private:
  static torch::Tensor logits(const torch::Tensor& hidden_RC, const torch::Tensor& weight_VC) {
    return at::matmul(hidden_RC, weight_VC.t()).to(torch::kFloat32);
  }
};

}  // namespace

std::int64_t logit_rows(std::int64_t rows, std::int64_t vocabulary) {
  constexpr std::int64_t kMostLogits = (64 << 20) / 4;
  return std::clamp<std::int64_t>(kMostLogits / std::max<std::int64_t>(1, vocabulary), 1,
                                  std::max<std::int64_t>(1, rows));
}

torch::Tensor vocabulary_cross_entropy(const torch::Tensor& hidden_SC, const torch::Tensor& weight_VC,
                                       const torch::Tensor& target_S, std::int64_t rows) {
  return VocabularyCrossEntropy::apply(hidden_SC, weight_VC, target_S, rows, linear_type(hidden_SC));
}

}  // namespace pixelsail
