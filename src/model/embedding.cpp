#include "model/embedding.h"

#include <torch/torch.h>

#include "model/matmul.h"

namespace pixelsail {

PatchConvolutionsImpl::PatchConvolutionsImpl(const ModelConfig& config, const WeightOptions& options)
    : stride(config.patch_stride), dense(config.vision_patch_size / config.patch_stride) {
  const std::int64_t middle = config.mm_hidden_size, size = config.hidden_size;
  first = register_module("0", WeightAndBias(at::IntArrayRef{middle, 3, stride, stride}, middle, options));
  second = register_module("2", WeightAndBias(at::IntArrayRef{size, middle, dense, dense}, size, options));
}

torch::Tensor PatchConvolutionsImpl::forward(const torch::Tensor& patches_VK) {
  const std::int64_t patches = patches_VK.size(0), kernel = 3 * stride * stride;
  // [V, channel, y / stride, y % stride, x / stride, x % stride] -> one row for each place of the first
  // kernel
  const torch::Tensor places = patches_VK.view({patches, 3, dense, stride, dense, stride})
                                   .permute({0, 2, 4, 1, 3, 5})
                                   .reshape({patches * dense * dense, kernel});
  const torch::Tensor middle = torch::gelu(linear_matmul(places, first->weight.flatten(1), first->bias));
  // The second kernel reads its places channel by channel.
  const torch::Tensor under = middle.view({patches, dense * dense, middle.size(1)}).transpose(1, 2);
  return linear_matmul(under.reshape({patches, -1}), second->weight.flatten(1), second->bias);
}

VisionTowerImpl::VisionTowerImpl(const ModelConfig& config, const WeightOptions& options) {
  class_embedding =
      register_parameter("class_embedding", torch::empty({config.hidden_size}, options.tensor()));
  split_embedding =
      register_parameter("split_embedding", torch::empty({config.hidden_size}, options.tensor()));
  patch_embedding = register_module("patch_embedding", PatchConvolutions(config, options));
}

torch::Tensor VisionTowerImpl::forward(const torch::Tensor& patches_VK, std::int64_t grid_h,
                                       std::int64_t grid_w) {
  const torch::Tensor patches_VC = patch_embedding(patches_VK);
  const std::int64_t size = patches_VC.size(1);
  const torch::Tensor split = split_embedding.to(patches_VC.scalar_type()).expand({grid_h, 1, size});
  const torch::Tensor rows = torch::cat({patches_VC.view({grid_h, grid_w, size}), split}, 1);
  return torch::cat({class_embedding.to(patches_VC.scalar_type()).unsqueeze(0), rows.flatten(0, 1)});
}

}  // namespace pixelsail
