#pragma once

/// Patch states -> mask features -> masks. There is no mask decoder: a learnable upsampler and two
/// projectors, then the dot product of each [SEG] state with the features.
///
/// Legend: C hidden size, E channels of the upsampler (min(C, in_dim_limit)), D mask feature size, h, w patch
/// grid, H, W = h, w times 2^blocks, N [SEG] tokens. Features are kept channels-last, so that every linear
/// map is one matrix product.

#include <torch/nn.h>

#include "model/config.h"
#include "model/trace.h"

namespace pixelsail {

/// Depthwise 3x3 (zero padding) then pointwise 1x1.
struct SeparableConvImpl : torch::nn::Module {
  explicit SeparableConvImpl(std::int64_t channels);
  torch::Tensor forward(const torch::Tensor& x_hwE);
  torch::nn::Conv2d depthwise{nullptr}, pointwise{nullptr};
};
TORCH_MODULE(SeparableConv);

struct ChannelNormImpl : torch::nn::Module {
  explicit ChannelNormImpl(std::int64_t channels);
  torch::nn::LayerNorm ln{nullptr};
};
TORCH_MODULE(ChannelNorm);

/// ConvTranspose2d(k2 s2), GELU, separable convolution, LayerNorm over channels: [h, w, E] -> [2h, 2w, E].
struct UpsampleBlockImpl : torch::nn::Module {
  explicit UpsampleBlockImpl(std::int64_t channels);
  torch::Tensor forward(const torch::Tensor& x_hwE);
  torch::nn::ConvTranspose2d up{nullptr};
  SeparableConv separable{nullptr};
  ChannelNorm norm{nullptr};
};
TORCH_MODULE(UpsampleBlock);

/// Linear, ReLU, Linear, registered as "0" and "2".
struct ProjectorImpl : torch::nn::Module {
  ProjectorImpl(std::int64_t in, std::int64_t middle, std::int64_t out);
  torch::Tensor forward(const torch::Tensor& x);
  torch::nn::Linear first{nullptr}, second{nullptr};
};
TORCH_MODULE(Projector);

}  // namespace pixelsail
