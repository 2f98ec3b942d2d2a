#include "model/layers.h"

namespace pixelsail {

LinearImpl::LinearImpl(std::int64_t in, std::int64_t out, bool with_bias, const WeightOptions& options) {
  weight = register_parameter("weight", torch::empty({out, in}, options.tensor()));
  if (with_bias) bias = register_parameter("bias", torch::empty({out}, options.tensor()));
}

torch::Tensor LinearImpl::forward(const torch::Tensor& x, std::uint64_t dropout_seed) const {
  const torch::Tensor y = at::linear(x, weight, bias);
  return lora ? y + lora_term(*lora, x, dropout_seed) : y;
}

EmbeddingImpl::EmbeddingImpl(std::int64_t rows, std::int64_t size, const WeightOptions& options) {
  weight = register_parameter("weight", torch::empty({rows, size}, options.tensor()));
}

WeightAndBiasImpl::WeightAndBiasImpl(at::IntArrayRef weight_shape, std::int64_t bias_size,
                                     const WeightOptions& options) {
  weight = register_parameter("weight", torch::empty(weight_shape, options.tensor()));
  bias = register_parameter("bias", torch::empty({bias_size}, options.tensor()));
}

}  // namespace pixelsail
