#pragma once

/// Patch states -> mask features -> masks. There is no mask decoder: a learnable upsampler and two
/// projectors, then the dot product of each [SEG] state with the features.
///
/// Legend: C hidden size, E channels of the upsampler (min(C, in_dim_limit)), D mask feature size, h, w patch
/// grid, H, W = h, w times 2^blocks, N [SEG] tokens. Features are kept channels-last, so that every linear
/// map is one matrix product.

#include <torch/nn.h>

#include <functional>

#include "model/config.h"
#include "model/layers.h"
#include "model/trace.h"

namespace pixelsail {

/// Depthwise 3x3 (zero padding) then pointwise 1x1.
struct SeparableConvImpl : torch::nn::Module {
  SeparableConvImpl(std::int64_t channels, const WeightOptions& options);
  /// Without `pad_rows` the first and last row are neighbours only: two rows less come out.
  torch::Tensor forward(const torch::Tensor& x_hwE, bool pad_rows);
  WeightAndBias depthwise{nullptr}, pointwise{nullptr};  ///< [E, 1, 3, 3], [E, E, 1, 1]
};
TORCH_MODULE(SeparableConv);

struct ChannelNormImpl : torch::nn::Module {
  ChannelNormImpl(std::int64_t channels, const WeightOptions& options);
  torch::Tensor forward(const torch::Tensor& x_hwE);
  WeightAndBias ln{nullptr};
};
TORCH_MODULE(ChannelNorm);

/// ConvTranspose2d(k2 s2), GELU, separable convolution, LayerNorm over channels: [h, w, E] -> [2h, 2w, E].
struct UpsampleBlockImpl : torch::nn::Module {
  UpsampleBlockImpl(std::int64_t channels, const WeightOptions& options);
  torch::Tensor forward(const torch::Tensor& x_hwE);
  /// The same for inference, a few rows at a time: `take` gets rows [first, first + r) of the result as
  /// [r, 2w, E], in order. What lies between the operations then stays in the cache: at the full size of the
  /// features each of these maps is hundreds of megabytes.
  void forward_in_bands(const torch::Tensor& x_hwE,
                        const std::function<void(std::int64_t first, const torch::Tensor&)>& take);
  WeightAndBias up{nullptr};  ///< [in, out, 2, 2]
  SeparableConv separable{nullptr};
  ChannelNorm norm{nullptr};

 private:
  struct Growth {
    torch::Tensor weight, bias;  ///< [4 E, E], [4 E]
  };
  Growth growth(const torch::Tensor& x) const;
  static torch::Tensor grow(const torch::Tensor& x_hwE, const Growth& growth);
};
TORCH_MODULE(UpsampleBlock);

/// Linear, ReLU, Linear, registered as "0" and "2".
struct ProjectorImpl : torch::nn::Module {
  ProjectorImpl(std::int64_t in, std::int64_t middle, std::int64_t out, const WeightOptions& options);
  torch::Tensor forward(const torch::Tensor& x);
  Linear first{nullptr}, second{nullptr};
};
TORCH_MODULE(Projector);

}  // namespace pixelsail
