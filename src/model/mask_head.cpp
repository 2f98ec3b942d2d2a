#include "model/mask_head.h"

#include <torch/torch.h>

#include "model/products.h"

namespace pixelsail {
namespace {

/// A weight in the element type of activations, in inference; autocast decides in training.
torch::Tensor like(const torch::Tensor& weight, const torch::Tensor& x) {
  return torch::GradMode::is_enabled() ? weight : weight.to(x.scalar_type());
}

}  // namespace

SeparableConvImpl::SeparableConvImpl(std::int64_t channels, const WeightOptions& options) {
  depthwise =
      register_module("depthwise", WeightAndBias(at::IntArrayRef{channels, 1, 3, 3}, channels, options));
  pointwise = register_module("pointwise",
                              WeightAndBias(at::IntArrayRef{channels, channels, 1, 1}, channels, options));
}

torch::Tensor SeparableConvImpl::forward(const torch::Tensor& x_hwE) {
  // [h, w, E] seen as [1, E, h, w] is channels-last in memory already.
  const torch::Tensor mixed_1Ehw =
      at::conv2d(x_hwE.permute({2, 0, 1}).unsqueeze(0), like(depthwise->weight, x_hwE),
                 like(depthwise->bias, x_hwE), 1, 1, 1, x_hwE.size(2));
  const torch::Tensor mixed = mixed_1Ehw.squeeze(0).permute({1, 2, 0});
  return linear_product(mixed, pointwise->weight.flatten(1), pointwise->bias);
}

ChannelNormImpl::ChannelNormImpl(std::int64_t channels, const WeightOptions& options) {
  ln = register_module("ln", WeightAndBias(at::IntArrayRef{channels}, channels, options));
}

torch::Tensor ChannelNormImpl::forward(const torch::Tensor& x_hwE) {
  constexpr double kEpsilon = 1e-6;
  return at::layer_norm(x_hwE, {x_hwE.size(2)}, like(ln->weight, x_hwE), like(ln->bias, x_hwE), kEpsilon);
}

UpsampleBlockImpl::UpsampleBlockImpl(std::int64_t channels, const WeightOptions& options) {
  up = register_module("0", WeightAndBias(at::IntArrayRef{channels, channels, 2, 2}, channels, options));
  separable = register_module("2", SeparableConv(channels, options));
  norm = register_module("3", ChannelNorm(channels, options));
}

torch::Tensor UpsampleBlockImpl::forward(const torch::Tensor& x_hwE) {
  const std::int64_t h = x_hwE.size(0), w = x_hwE.size(1), channels = x_hwE.size(2);
  // A transposed convolution whose stride is its kernel size is one linear map per pixel to its four
  // children: weight [in, out, dy, dx] -> [dy, dx, out, in].
  const torch::Tensor weight = up->weight.permute({2, 3, 1, 0}).reshape({4 * channels, channels});
  const torch::Tensor children = torch::gelu(linear_product(x_hwE, weight, up->bias.repeat({4})));
  const torch::Tensor grown =
      children.view({h, w, 2, 2, channels}).permute({0, 2, 1, 3, 4}).reshape({2 * h, 2 * w, channels});
  return norm(separable(grown));
}

ProjectorImpl::ProjectorImpl(std::int64_t in, std::int64_t middle, std::int64_t out,
                             const WeightOptions& options) {
  first = register_module("0", Linear(in, middle, true, options));
  second = register_module("2", Linear(middle, out, true, options));
}

torch::Tensor ProjectorImpl::forward(const torch::Tensor& x) {
  return second(torch::relu(first(x)));
}

}  // namespace pixelsail
