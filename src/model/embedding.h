#pragma once

/// How images enter the sequence: patches to vectors.
///
/// Legend: V patches, K = 3*P*P values of a patch, C hidden size, T tokens.

#include <torch/nn.h>

#include "model/config.h"
#include "model/layers.h"
#include "model/packed.h"

namespace pixelsail {

/// Convolutions with a GELU between them (the paper's 7B model, "eve"): [V, K] -> [V, C]. Every patch is
/// computed alone: the strides of both are their kernel sizes, which makes them matrix products.
struct PatchConvolutionsImpl : torch::nn::Module {
  PatchConvolutionsImpl(const ModelConfig& config, const WeightOptions& options);
  torch::Tensor forward(const torch::Tensor& patches_VK);
  std::int64_t stride, dense;  ///< pixels under the first kernel, and its results a side under the second
  WeightAndBias first{nullptr}, second{nullptr};
};
TORCH_MODULE(PatchConvolutions);

/// The image as a run of vectors: one for the whole, then behind each row of patches one that ends it.
struct VisionTowerImpl : torch::nn::Module {
  VisionTowerImpl(const ModelConfig& config, const WeightOptions& options);
  /// patches [h*w, K] -> [1 + h*(w+1), C]
  torch::Tensor forward(const torch::Tensor& patches_VK, std::int64_t grid_h, std::int64_t grid_w);
  torch::Tensor class_embedding, split_embedding;  ///< [C]
  PatchConvolutions patch_embedding{nullptr};
};
TORCH_MODULE(VisionTower);

}  // namespace pixelsail
