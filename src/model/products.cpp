#include "model/products.h"

#include <ATen/Parallel.h>
#include <torch/torch.h>

#include "kernels/matvec.h"
#include "pixelsail/error.h"

namespace pixelsail {

torch::ScalarType activation_type(torch::ScalarType weights, torch::Device device) {
  if (!device.is_cpu()) return weights;
  const bool native = weights == torch::kBFloat16 && __builtin_cpu_supports("avx512bf16") != 0;
  return native ? weights : torch::kFloat32;
}

kernels::WeightType matrix_type(torch::ScalarType type) {
  switch (type) {
    case torch::kFloat32:
      return kernels::WeightType::kF32;
    case torch::kBFloat16:
      return kernels::WeightType::kBF16;
    case torch::kFloat16:
      return kernels::WeightType::kF16;
    default:
      throw RunError(std::string("the kernels have no element type ") + torch::toString(type));
  }
}

kernels::Matrix matrix_of(const torch::Tensor& weight_OI) {
  return {.type = matrix_type(weight_OI.scalar_type()),
          .data = weight_OI.const_data_ptr(),
          .rows = weight_OI.size(0),
          .columns = weight_OI.size(1)};
}

bool is_small_product(const torch::Tensor& x) {
  constexpr std::int64_t kSmallRows = 8;
  return x.is_cpu() && !torch::GradMode::is_enabled() && x.numel() <= kSmallRows * x.size(-1);
}

torch::Tensor small_product(const torch::Tensor& x, const kernels::Matrix& weight,
                            const torch::Tensor& bias) {
  const torch::Tensor rows = x.reshape({-1, weight.columns}).to(torch::kFloat32).contiguous();
  const torch::Tensor bias_O = bias.defined() ? bias.to(torch::kFloat32).contiguous() : torch::Tensor();
  const torch::Tensor y = torch::empty({rows.size(0), weight.rows}, torch::kFloat32);
  constexpr std::int64_t kGrain = 64;
  at::parallel_for(0, weight.rows, kGrain, [&](std::int64_t begin, std::int64_t end) {
    kernels::multiply(weight, rows.const_data_ptr<float>(), rows.size(0), weight.columns,
                      bias_O.defined() ? bias_O.const_data_ptr<float>() : nullptr, y.data_ptr<float>(),
                      weight.rows, begin, end);
  });
  std::vector<std::int64_t> shape = x.sizes().vec();
  shape.back() = weight.rows;
  return y.view(shape).to(x.scalar_type());
}

torch::Tensor linear_product(const torch::Tensor& x, const torch::Tensor& weight_OI,
                             const torch::Tensor& bias) {
  if (is_small_product(x) && weight_OI.is_contiguous()) return small_product(x, matrix_of(weight_OI), bias);
  if (torch::GradMode::is_enabled() || x.scalar_type() == weight_OI.scalar_type())
    return at::linear(x, weight_OI, bias);
  // Converting the weight costs a few percent of multiplying many rows by it.
  return at::linear(x, weight_OI.to(x.scalar_type()),
                    bias.defined() ? bias.to(x.scalar_type()) : torch::Tensor());
}

}  // namespace pixelsail
