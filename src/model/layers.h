#pragma once

/// The layers with weights that the model is made of. Unlike torch's they leave their weights as the memory
/// comes: initialize() or a checkpoint fills them, so that a large model is neither drawn at random first nor
/// held in float32 before it is bfloat16.
///
/// Legend: ... any leading axes, I in, O out, C channels.

#include <torch/nn.h>

#include <memory>
#include <vector>

#include "model/lora.h"
#include "model/quantized_weight.h"
#include "model/weight_options.h"

namespace pixelsail {

/// x W^T + b: [..., I] -> [..., O], with what an adapter adds to it. A quantized one is for inference only.
struct LinearImpl : torch::nn::Module {
  LinearImpl(std::int64_t in, std::int64_t out, bool with_bias, const WeightOptions& options);
  /// `dropout_seed`: of the adapter (lora.h). The result has the type that it has without the adapter, under
  /// autocast too: queries, keys and values must agree whichever of them are adapted.
  torch::Tensor forward(const torch::Tensor& x, std::uint64_t dropout_seed = 0) const;
  std::int64_t in, out;
  torch::Tensor weight, bias;  ///< [O, I] or undefined; [O] or undefined
  /// Stands for `weight` in a quantized layer; no parameter of the module.
  std::shared_ptr<QuantizedWeight> quantized;
  /// Null: no adapter. Its tensors are no parameters of this module: an adapter owns them.
  std::shared_ptr<const LoraLayer> lora;
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

/// All tensors of a module that are trained, those of an adapter included.
std::vector<torch::Tensor> trained_tensors(const torch::nn::Module& module);

}  // namespace pixelsail
