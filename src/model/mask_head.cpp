#include "model/mask_head.h"

#include <torch/torch.h>

#include "model/matmul.h"

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

torch::Tensor SeparableConvImpl::forward(const torch::Tensor& x_hwE, bool pad_rows) {
  // [h, w, E] as [1, E, h, w]: in this order of steps torch takes the view as channels-last and copies
  // nothing. (Permuted first, the axis of size 1 gets a stride that makes it look like an ordinary transposed
  // view.)
  const torch::Tensor mixed_1Ehw =
      at::conv2d(x_hwE.unsqueeze(0).permute({0, 3, 1, 2}), like(depthwise->weight, x_hwE),
                 like(depthwise->bias, x_hwE), 1, at::IntArrayRef{pad_rows ? 1 : 0, 1}, 1, x_hwE.size(2));
  const torch::Tensor mixed = mixed_1Ehw.squeeze(0).permute({1, 2, 0});
  return linear_matmul(mixed, pointwise->weight.flatten(1), pointwise->bias);
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

UpsampleBlockImpl::Growth UpsampleBlockImpl::growth(const torch::Tensor& x) const {
  // A transposed convolution whose stride is its kernel size is one linear map per pixel to its four
  // children: weight [in, out, dy, dx] -> [dy, dx, out, in].
  const std::int64_t channels = up->weight.size(0);
  return {like(up->weight, x).permute({2, 3, 1, 0}).reshape({4 * channels, channels}),
          like(up->bias, x).repeat({4})};
}

torch::Tensor UpsampleBlockImpl::grow(const torch::Tensor& x_hwE, const Growth& growth) {
  const std::int64_t h = x_hwE.size(0), w = x_hwE.size(1), channels = x_hwE.size(2);
  const torch::Tensor children = torch::gelu(linear_matmul(x_hwE, growth.weight, growth.bias));
  return children.view({h, w, 2, 2, channels}).permute({0, 2, 1, 3, 4}).reshape({2 * h, 2 * w, channels});
}

torch::Tensor UpsampleBlockImpl::forward(const torch::Tensor& x_hwE) {
  return norm(separable(grow(x_hwE, growth(x_hwE)), true));
}

void UpsampleBlockImpl::forward_in_bands(
    const torch::Tensor& x_hwE, const std::function<void(std::int64_t first, const torch::Tensor&)>& take) {
  const std::int64_t h = x_hwE.size(0), width = 2 * x_hwE.size(1), channels = x_hwE.size(2);
  constexpr std::int64_t kBandValues = 1 << 21;
  const std::int64_t rows =
      x_hwE.is_cpu() ? std::max<std::int64_t>(1, kBandValues / (2 * width * channels)) : h;
  const torch::Tensor zeros = torch::zeros({1, width, channels}, x_hwE.options());
  const Growth weights = growth(x_hwE);
  torch::Tensor above = zeros;  // what the 3x3 convolution of the next band needs of this one
  std::int64_t first = 0;
  for (std::int64_t begin = 0; begin < h; begin += rows) {
    const std::int64_t count = std::min(rows, h - begin);
    const torch::Tensor grown = grow(x_hwE.narrow(0, begin, count), weights);
    std::vector<torch::Tensor> pieces{above, grown};
    if (begin + count == h) pieces.push_back(zeros);
    const torch::Tensor band = norm(separable(torch::cat(pieces), false));
    take(first, band);
    first += band.size(0);
    above = grown.slice(0, 2 * count - 2);
  }
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
