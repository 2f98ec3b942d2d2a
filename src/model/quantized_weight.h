#pragma once

/// Weights of linear layers in 8 or 4 bits, with scales for groups of columns (kernels/matrix.h describes the
/// storage). Only the weight is rounded: activations stay what they are.
///
/// Legend: ... any leading axes, I in, O out.

#include <torch/types.h>

#include <vector>

#include "kernels/matrix.h"
#include "model/config.h"

namespace pixelsail {

class QuantizedWeight {
 public:
  /// Uninitialized storage. Throws ConfigError for Quantization::kNone.
  QuantizedWeight(std::int64_t out, std::int64_t in, Quantization quantization, torch::Device device);

  /// Quantizes rows [begin, begin + n) from float32 [n, I] on the CPU. Threads may share the rows.
  void set_rows(std::int64_t begin, const torch::Tensor& rows_nI);

  /// x W^T + bias (may be undefined): [..., I] -> [..., O], in the element type of x.
  torch::Tensor multiply(const torch::Tensor& x, const torch::Tensor& bias) const;
  /// The weight as it acts, [O, I].
  torch::Tensor dequantized(torch::ScalarType type) const;

  /// On the CPU.
  kernels::Matrix matrix() const;
  std::vector<std::int64_t> shape() const { return {out_, in_}; }
  std::int64_t nbytes() const;

  torch::Tensor data;    ///< int8 [O, I]; int4: uint8 [O, 16 ceil(I / 32)]
  torch::Tensor scales;  ///< float32 [O, groups]; int4: bfloat16 [O, groups, 2]

 private:
  std::int64_t out_, in_;
  kernels::WeightType type_;
};

/// The shapes and element types of `data` and `scales`, for readers of stored weights.
struct CompactLayout {
  torch::ScalarType data_type, scale_type;
  std::vector<std::int64_t> data_shape, scale_shape;
};
CompactLayout compact_layout(std::int64_t out, std::int64_t in, Quantization quantization);

namespace detail {

/// What QuantizedWeight::dequantized() does on devices without kernels of ours: by torch's operations alone.
torch::Tensor dequantize_by_torch(const torch::Tensor& data, const torch::Tensor& scales, std::int64_t in,
                                  torch::ScalarType type);

}  // namespace detail

}  // namespace pixelsail
