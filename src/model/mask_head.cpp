#include "model/mask_head.h"

#include <torch/torch.h>

namespace pixelsail {

SeparableConvImpl::SeparableConvImpl(std::int64_t channels) {
  depthwise = register_module(
      "depthwise",
      torch::nn::Conv2d(torch::nn::Conv2dOptions(channels, channels, 3).padding(1).groups(channels)));
  pointwise =
      register_module("pointwise", torch::nn::Conv2d(torch::nn::Conv2dOptions(channels, channels, 1)));
}

torch::Tensor SeparableConvImpl::forward(const torch::Tensor& x_hwE) {
  // [h, w, E] seen as [1, E, h, w] is channels-last in memory already.
  const torch::Tensor mixed = depthwise(x_hwE.permute({2, 0, 1}).unsqueeze(0)).squeeze(0).permute({1, 2, 0});
  return torch::nn::functional::linear(mixed, pointwise->weight.flatten(1), pointwise->bias);
}

ChannelNormImpl::ChannelNormImpl(std::int64_t channels) {
  ln = register_module("ln", torch::nn::LayerNorm(torch::nn::LayerNormOptions({channels}).eps(1e-6)));
}

UpsampleBlockImpl::UpsampleBlockImpl(std::int64_t channels) {
  up = register_module(
      "0", torch::nn::ConvTranspose2d(torch::nn::ConvTranspose2dOptions(channels, channels, 2).stride(2)));
  separable = register_module("2", SeparableConv(channels));
  norm = register_module("3", ChannelNorm(channels));
}

torch::Tensor UpsampleBlockImpl::forward(const torch::Tensor& x_hwE) {
  const std::int64_t h = x_hwE.size(0), w = x_hwE.size(1), channels = x_hwE.size(2);
  // A transposed convolution whose stride is its kernel size is one linear map per pixel to its four
  // children: weight [in, out, dy, dx] -> [dy, dx, out, in].
  const torch::Tensor weight = up->weight.permute({2, 3, 1, 0}).reshape({4 * channels, channels});
  const torch::Tensor children =
      torch::gelu(torch::nn::functional::linear(x_hwE, weight, up->bias.repeat({4})));
  const torch::Tensor grown =
      children.view({h, w, 2, 2, channels}).permute({0, 2, 1, 3, 4}).reshape({2 * h, 2 * w, channels});
  return norm->ln(separable(grown));
}

ProjectorImpl::ProjectorImpl(std::int64_t in, std::int64_t middle, std::int64_t out) {
  first = register_module("0", torch::nn::Linear(in, middle));
  second = register_module("2", torch::nn::Linear(middle, out));
}

torch::Tensor ProjectorImpl::forward(const torch::Tensor& x) {
  return second(torch::relu(first(x)));
}

}  // namespace pixelsail
