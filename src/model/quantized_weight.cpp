#include "model/quantized_weight.h"

#include <torch/torch.h>

#include "model/fused_ops.h"
#include "model/matmul.h"
#include "model/parallel.h"
#include "model/weights.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

kernels::WeightType type_of(Quantization quantization) {
  if (!is_quantized(quantization)) throw ConfigError("a compact weight has 8 or 4 bits");
  return quantization;
}

/// int4 groups -> values 0..15, [O, groups * 32].
torch::Tensor unpack(const torch::Tensor& data) {
  // Byte 2j + p of a group holds value 16p + j in its low and 16p + 8 + j in its high half.
  const torch::Tensor bytes_OGjp = data.view({data.size(0), -1, 8, 2});
  const torch::Tensor halves =
      torch::stack({bytes_OGjp.bitwise_and(15), bytes_OGjp.bitwise_right_shift(4)}, 4);  // [O, G, j, p, half]
  return halves.permute({0, 1, 3, 4, 2}).reshape({data.size(0), -1});
}

}  // namespace

CompactLayout compact_layout(std::int64_t out, std::int64_t in, Quantization quantization) {
  const kernels::WeightType type = type_of(quantization);
  const DTypeRow& row = dtype_row(type);
  CompactLayout layout{to_scalar_type(row.data),
                       to_scalar_type(row.scales),
                       {out, kernels::row_bytes(type, in)},
                       {out, (in + row.group - 1) / row.group}};
  if (row.scale_values > 1) layout.scale_shape.push_back(row.scale_values);
  return layout;
}

QuantizedWeight::QuantizedWeight(std::int64_t out, std::int64_t in, Quantization quantization,
                                 torch::Device device)
    : out_(out), in_(in), type_(type_of(quantization)) {
  const CompactLayout layout = compact_layout(out, in, quantization);
  data = torch::empty(layout.data_shape, torch::TensorOptions(layout.data_type).device(device));
  scales = torch::empty(layout.scale_shape, torch::TensorOptions(layout.scale_type).device(device));
}

void QuantizedWeight::set_rows(std::int64_t begin, const torch::Tensor& rows_nI) {
  const torch::Tensor rows = rows_nI.to(torch::kCPU, torch::kFloat32).contiguous();
  const torch::Tensor some_data = torch::empty_like(data.narrow(0, begin, rows.size(0)), torch::kCPU);
  const torch::Tensor some_scales = torch::empty_like(scales.narrow(0, begin, rows.size(0)), torch::kCPU);
  kernels::quantize(rows.const_data_ptr<float>(), rows.size(0), in_, type_, kernels::default_group(type_),
                    some_data.data_ptr(), some_scales.data_ptr());
  data.narrow(0, begin, rows.size(0)).copy_(some_data);
  scales.narrow(0, begin, rows.size(0)).copy_(some_scales);
}

kernels::Matrix QuantizedWeight::matrix() const {
  return {.type = type_,
          .data = data.const_data_ptr(),
          .scales = scales.const_data_ptr(),
          .rows = out_,
          .columns = in_,
          .group = kernels::default_group(type_)};
}

std::int64_t QuantizedWeight::nbytes() const {
  return static_cast<std::int64_t>(data.nbytes() + scales.nbytes());
}

torch::Tensor QuantizedWeight::dequantized(torch::ScalarType type) const {
  if (data.is_cpu()) {
    const torch::Tensor weight_OI = torch::empty({out_, in_}, torch::kFloat32);
    const kernels::Matrix w = matrix();
    constexpr std::int64_t kGrain = 16;
    run_parallel(out_, kGrain, [&](std::int64_t begin, std::int64_t end) {
      kernels::dequantize_rows(w, begin, end, weight_OI.data_ptr<float>() + begin * in_);
    });
    return weight_OI.to(type);
  }
  return detail::dequantize_by_torch(data, scales, in_, type);
}

torch::Tensor detail::dequantize_by_torch(const torch::Tensor& data, const torch::Tensor& scales,
                                          std::int64_t in, torch::ScalarType type) {
  const bool int8 = data.scalar_type() == torch::kInt8;
  const std::int64_t group = int8 ? kernels::kInt8Group : kernels::kInt4Group;
  const auto widened = [&](const torch::Tensor& by_group) {
    return by_group.to(type).repeat_interleave(group, 1).narrow(1, 0, in);
  };
  if (int8) return data.to(type) * widened(scales);
  return unpack(data).narrow(1, 0, in).to(type) * widened(scales.select(2, 0)) + widened(scales.select(2, 1));
}

torch::Tensor QuantizedWeight::multiply(const torch::Tensor& x, const torch::Tensor& bias) const {
  if (is_small_matmul(x)) return small_matmul(x, matrix(), bias);
  if (data.is_cpu()) return converted_matmul(x, matrix(), bias);
  return type_ == kernels::WeightType::kInt8 ? int8_product(x, data, scales, bias)
                                             : int4_product(x, data, scales, bias, in_);
}

}  // namespace pixelsail
