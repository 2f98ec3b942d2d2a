#include "model/layers.h"

namespace pixelsail {

LinearImpl::LinearImpl(std::int64_t in, std::int64_t out, bool with_bias, const WeightOptions& options) {
  weight = register_parameter("weight", torch::empty({out, in}, options));
  if (with_bias) bias = register_parameter("bias", torch::empty({out}, options));
}

EmbeddingImpl::EmbeddingImpl(std::int64_t rows, std::int64_t size, const WeightOptions& options) {
  weight = register_parameter("weight", torch::empty({rows, size}, options));
}

WeightAndBiasImpl::WeightAndBiasImpl(at::IntArrayRef weight_shape, std::int64_t bias_size,
                                     const WeightOptions& options) {
  weight = register_parameter("weight", torch::empty(weight_shape, options));
  bias = register_parameter("bias", torch::empty({bias_size}, options));
}

}  // namespace pixelsail
