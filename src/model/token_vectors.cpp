#include "model/token_vectors.h"

#include <torch/torch.h>

namespace pixelsail {
namespace {

class ExactRows : public torch::autograd::Function<ExactRows> {
 public:
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& table,
                               const torch::Tensor& ids) {
    context->save_for_backward({ids});
    context->saved_data["rows"] = table.size(0);
    return at::embedding(table, ids).to(torch::kFloat32);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    const torch::Tensor ids = context->get_saved_variables()[0];
    const std::int64_t rows = context->saved_data["rows"].toInt();
    return {at::embedding_dense_backward(gradients[0], ids, rows, /*padding_idx=*/-1,
                                         /*scale_grad_by_freq=*/false),
            {}};
  }
};

}  // namespace

torch::Tensor token_vectors(const torch::Tensor& table, const torch::Tensor& ids) {
  if (!torch::GradMode::is_enabled() || table.scalar_type() == torch::kFloat32)
    return at::embedding(table, ids);
  return ExactRows::apply(table, ids);
}

}  // namespace pixelsail
