#include <ATen/ATen.h>
#include <c10/core/DeviceGuard.h>

#include <algorithm>

#include "kernels/matrix.h"
#include "operators.h"
#include "tensors.h"

namespace pixelsail::cuda {
namespace {

/// What of a weight is widened at a time for a product with many rows.
constexpr std::int64_t kBandBytes = 32 << 20;

/// x [R, I], any R.
at::Tensor product_by_bands(const char* name, Element element, const CompactWeight& weight,
                            const at::Tensor& x_RI, const std::optional<at::Tensor>& bias_O) {
  const std::int64_t bytes_of_row = weight.columns * static_cast<std::int64_t>(x_RI.element_size());
  const std::int64_t most =
      std::min(weight.outputs, std::max<std::int64_t>(64, kBandBytes / bytes_of_row / 64 * 64));
  at::Tensor band = at::empty({most, weight.columns}, x_RI.options());
  at::Tensor out = at::empty({x_RI.size(0), weight.outputs}, x_RI.options());
  for (std::int64_t first = 0; first < weight.outputs; first += most) {
    const std::int64_t count = std::min(most, weight.outputs - first);
    const Dequantize arguments{.weight = weight,
                               .first = first,
                               .count = count,
                               .out = band.mutable_data_ptr(),
                               .packed = is_packed(band)};
    check_launch(name, launch_dequantize(element, arguments, current_stream(x_RI)));
    at::Tensor part = out.narrow(1, first, count);
    const at::Tensor weight_In = band.narrow(0, 0, count).t();
    if (bias_O) {
      at::addmm_out(part, bias_O->narrow(0, first, count), x_RI, weight_In);
    } else {
      at::mm_out(part, x_RI, weight_In);
    }
  }
  return out;
}

at::Tensor product_of(const char* name, Element element, const CompactWeight& weight, const at::Tensor& x,
                      const std::optional<at::Tensor>& bias) {
  const c10::OptionalDeviceGuard guard(x.device());
  const at::Tensor x_RI = x.reshape({-1, weight.columns}).contiguous();
  std::optional<at::Tensor> bias_O;
  if (bias && bias->defined()) {
    check_tensor(name, "bias", *bias, x, {weight.outputs});
    bias_O = bias->to(x.scalar_type()).contiguous();
  }
  std::vector<std::int64_t> sizes = x.sizes().vec();
  sizes.back() = weight.outputs;
  if (x_RI.size(0) > kMostRows) return product_by_bands(name, element, weight, x_RI, bias_O).view(sizes);
  at::Tensor out = at::empty({x_RI.size(0), weight.outputs}, x.options());
  const CompactProduct arguments{.weight = weight,
                                 .x = x_RI.const_data_ptr(),
                                 .bias = bias_O ? bias_O->const_data_ptr() : nullptr,
                                 .out = out.mutable_data_ptr(),
                                 .rows = static_cast<int>(x_RI.size(0)),
                                 .packed = is_packed(x_RI)};
  check_launch(name, launch_compact_product(element, arguments, current_stream(x)));
  return out.view(sizes);
}

void check_x(const char* name, const at::Tensor& x, std::int64_t columns) {
  TORCH_CHECK(columns > 0 && x.dim() > 0 && x.size(-1) == columns, name, ": x has sizes ", x.sizes(),
              " for a weight of ", columns, " columns");
}

void check_stored(const char* name, const char* what, const at::Tensor& tensor, at::ScalarType type) {
  TORCH_CHECK(tensor.scalar_type() == type && tensor.is_contiguous(), name, ": ", what, " is no contiguous ",
              at::toString(type));
}

}  // namespace

at::Tensor int8_product(const at::Tensor& x, const at::Tensor& data, const at::Tensor& scales,
                        const std::optional<at::Tensor>& bias) {
  constexpr const char* kName = "pixelsail::int8_product";
  check_tensor(kName, "data", data, x, {-1, -1});
  const std::int64_t outputs = data.size(0), columns = data.size(1);
  check_x(kName, x, columns);
  check_tensor(kName, "scales", scales, x,
               {outputs, (columns + kernels::kInt8Group - 1) / kernels::kInt8Group});
  check_stored(kName, "data", data, at::kChar);
  check_stored(kName, "scales", scales, at::kFloat);
  const std::optional<Element> element = element_of(x);
  if (!element) return by_torch<decltype(int8_product)>(kName, x, data, scales, bias);
  return product_of(kName, *element,
                    {.four_bits = false,
                     .data = data.const_data_ptr(),
                     .scales = scales.const_data_ptr(),
                     .outputs = outputs,
                     .columns = columns,
                     .packed = columns % 16 == 0 && is_packed(data)},
                    x, bias);
}

at::Tensor int4_product(const at::Tensor& x, const at::Tensor& data, const at::Tensor& scales,
                        const std::optional<at::Tensor>& bias, std::int64_t columns) {
  constexpr const char* kName = "pixelsail::int4_product";
  check_x(kName, x, columns);
  const std::int64_t groups = (columns + kernels::kInt4Group - 1) / kernels::kInt4Group;
  check_tensor(kName, "data", data, x, {-1, groups * kernels::kInt4Group / 2});
  const std::int64_t outputs = data.size(0);
  check_tensor(kName, "scales", scales, x, {outputs, groups, 2});
  check_stored(kName, "data", data, at::kByte);
  check_stored(kName, "scales", scales, at::kBFloat16);
  const std::optional<Element> element = element_of(x);
  if (!element) return by_torch<decltype(int4_product)>(kName, x, data, scales, bias, columns);
  return product_of(kName, *element,
                    {.four_bits = true,
                     .data = data.const_data_ptr(),
                     .scales = scales.const_data_ptr(),
                     .outputs = outputs,
                     .columns = columns,
                     .packed = is_packed(data)},
                    x, bias);
}

}  // namespace pixelsail::cuda
