#include "model/layers.h"

#include "model/matmul.h"

namespace pixelsail {

LinearImpl::LinearImpl(std::int64_t in_, std::int64_t out_, bool with_bias, const WeightOptions& options)
    : in(in_), out(out_) {
  if (options.quantization == Quantization::kNone) {
    weight = register_parameter("weight", torch::empty({out, in}, options.tensor()));
  } else {
    quantized = std::make_shared<QuantizedWeight>(out, in, options.quantization, options.device);
  }
  if (with_bias) bias = register_parameter("bias", torch::empty({out}, options.tensor()));
}

torch::Tensor LinearImpl::forward(const torch::Tensor& x, std::uint64_t dropout_seed) const {
  const torch::Tensor y = quantized ? quantized->multiply(x, bias) : linear_matmul(x, weight, bias);
  return lora ? y + lora_term(*lora, x, dropout_seed).to(y.scalar_type()) : y;
}

EmbeddingImpl::EmbeddingImpl(std::int64_t rows, std::int64_t size, const WeightOptions& options) {
  weight = register_parameter("weight", torch::empty({rows, size}, options.tensor()));
}

WeightAndBiasImpl::WeightAndBiasImpl(at::IntArrayRef weight_shape, std::int64_t bias_size,
                                     const WeightOptions& options) {
  weight = register_parameter("weight", torch::empty(weight_shape, options.tensor()));
  bias = register_parameter("bias", torch::empty({bias_size}, options.tensor()));
}

std::vector<torch::Tensor> trained_tensors(const torch::nn::Module& module) {
  std::vector<torch::Tensor> tensors;
  const auto add = [&tensors](const torch::Tensor& tensor) {
    if (tensor.requires_grad()) tensors.push_back(tensor);
  };
  for (const torch::Tensor& parameter : module.parameters()) add(parameter);
  for (const auto& part : module.modules(/*include_self=*/false)) {
    const auto* linear = part->as<LinearImpl>();
    if (linear == nullptr || !linear->lora) continue;
    add(linear->lora->a_RI);
    add(linear->lora->b_OR);
  }
  return tensors;
}

}  // namespace pixelsail
