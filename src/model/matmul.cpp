#include "model/matmul.h"

#include <torch/torch.h>

#include <algorithm>

#include "kernels/matvec.h"
#include "model/cuda_driver.h"
#include "model/parallel.h"
#include "pixelsail/error.h"

namespace pixelsail {

namespace {

/// Asked of the driver once, not at every forward pass: what GPUs a machine has does not change.
bool gpu_multiplies_bfloat16(std::size_t index) {
  static const std::vector<bool> kAnswers = [] {
    constexpr int kMostDevices = 128;
    constexpr int kFirstWithBfloat16 = 8;  // compute capability of A100; older GPUs emulate it
    const CudaDriver driver;
    std::vector<bool> answers;
    for (int i = 0; i < kMostDevices && driver.capability(i).major > 0; ++i)
      answers.push_back(driver.capability(i).major >= kFirstWithBfloat16);
    return answers;
  }();
  return index < kAnswers.size() && kAnswers[index];
}

}  // namespace

bool computes_in(torch::ScalarType type, torch::Device device) {
  if (type == torch::kFloat32) return true;
  if (device.is_cuda() && type == torch::kBFloat16)
    return gpu_multiplies_bfloat16(static_cast<std::size_t>(std::max<int>(device.index(), 0)));
  if (!device.is_cpu()) return true;
  return type == torch::kBFloat16 && __builtin_cpu_supports("avx512bf16") != 0;
}

torch::ScalarType activation_type(torch::ScalarType weights, torch::Device device) {
  return computes_in(weights, device) ? weights : torch::kFloat32;
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

bool is_small_matmul(const torch::Tensor& x) {
  constexpr std::int64_t kSmallRows = 8;
  return x.is_cpu() && !torch::GradMode::is_enabled() && x.numel() <= kSmallRows * x.size(-1);
}

torch::Tensor small_matmul(const torch::Tensor& x, const kernels::Matrix& weight, const torch::Tensor& bias) {
  const torch::Tensor rows = x.reshape({-1, weight.columns}).to(torch::kFloat32).contiguous();
  const torch::Tensor bias_O = bias.defined() ? bias.to(torch::kFloat32).contiguous() : torch::Tensor();
  const torch::Tensor y = torch::empty({rows.size(0), weight.rows}, torch::kFloat32);
  constexpr std::int64_t kGrain = 64;
  run_parallel(weight.rows, kGrain, [&](std::int64_t begin, std::int64_t end) {
    kernels::multiply(weight, rows.const_data_ptr<float>(), rows.size(0), weight.columns,
                      bias_O.defined() ? bias_O.const_data_ptr<float>() : nullptr, y.data_ptr<float>(),
                      weight.rows, begin, end);
  });
  std::vector<std::int64_t> shape = x.sizes().vec();
  shape.back() = weight.rows;
  return y.view(shape).to(x.scalar_type());
}

torch::Tensor converted_matmul(const torch::Tensor& x, const kernels::Matrix& weight,
                               const torch::Tensor& bias) {
  const torch::Tensor rows = x.reshape({-1, weight.columns}).to(torch::kFloat32);
  const torch::Tensor y = torch::empty({rows.size(0), weight.rows}, torch::kFloat32);
  // A piece of the weight at a time, in memory that stays in the cache and is not asked for again and again.
  constexpr std::int64_t kPieceValues = 1 << 18;
  const std::int64_t piece_rows =
      std::min(weight.rows, std::max<std::int64_t>(64, kPieceValues / weight.columns));
  const torch::Tensor piece = torch::empty({piece_rows, weight.columns}, torch::kFloat32);
  for (std::int64_t begin = 0; begin < weight.rows; begin += piece_rows) {
    const std::int64_t count = std::min(piece_rows, weight.rows - begin);
    constexpr std::int64_t kGrain = 8;
    run_parallel(count, kGrain, [&](std::int64_t first, std::int64_t last) {
      kernels::dequantize_rows(weight, begin + first, begin + last,
                               piece.data_ptr<float>() + first * weight.columns);
    });
    torch::Tensor part = y.narrow(1, begin, count);
    at::mm_out(part, rows, piece.narrow(0, 0, count).t());
  }
  if (bias.defined()) y.add_(bias);
  std::vector<std::int64_t> shape = x.sizes().vec();
  shape.back() = weight.rows;
  return y.view(shape).to(x.scalar_type());
}

torch::Tensor linear_matmul(const torch::Tensor& x, const torch::Tensor& weight_OI,
                            const torch::Tensor& bias) {
  if (torch::GradMode::is_enabled()) return at::linear(x, weight_OI, bias);
  if (x.is_cpu() && weight_OI.is_contiguous()) {
    if (is_small_matmul(x)) return small_matmul(x, matrix_of(weight_OI), bias);
    if (x.scalar_type() != weight_OI.scalar_type()) return converted_matmul(x, matrix_of(weight_OI), bias);
  }
  const auto like_x = [&x](const torch::Tensor& tensor) {
    return tensor.defined() ? tensor.to(x.scalar_type()) : torch::Tensor();
  };
  return at::linear(x, like_x(weight_OI), like_x(bias));
}

}  // namespace pixelsail
