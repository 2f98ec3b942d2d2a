#pragma once

/// The layers with weights that the model is made of. Unlike torch's they leave their weights as the memory
/// comes: initialize() or a checkpoint fills them, so that a large model is neither drawn at random first nor
/// held in float32 before it is bfloat16.
///
/// Legend: ... any leading axes, I in, O out, C channels.

#include <torch/nn.h>

namespace pixelsail {

/// Element type and device of new weights; torch's defaults where not set.
using WeightOptions = torch::TensorOptions;

/// x W^T + b: [..., I] -> [..., O].
struct LinearImpl : torch::nn::Module {
  LinearImpl(std::int64_t in, std::int64_t out, bool with_bias, const WeightOptions& options);
  torch::Tensor forward(const torch::Tensor& x) const { return at::linear(x, weight, bias); }
  torch::Tensor weight, bias;  ///< [O, I], [O] or undefined
};
TORCH_MODULE(Linear);

/// Rows of a table: ids [n] -> [n, C].
struct EmbeddingImpl : torch::nn::Module {
  EmbeddingImpl(std::int64_t rows, std::int64_t size, const WeightOptions& options);
  torch::Tensor forward(const torch::Tensor& ids) const { return at::embedding(weight, ids); }
  torch::Tensor weight;  ///< [rows, C]
};
TORCH_MODULE(Embedding);

/// A weight of any shape and a bias, under the names that torch's convolutions and norms use; whoever owns
/// it knows what to do with them.
struct WeightAndBiasImpl : torch::nn::Module {
  WeightAndBiasImpl(at::IntArrayRef weight_shape, std::int64_t bias_size, const WeightOptions& options);
  torch::Tensor weight, bias;
};
TORCH_MODULE(WeightAndBias);

}  // namespace pixelsail
