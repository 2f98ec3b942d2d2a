#include "model/rope.h"

#include <torch/torch.h>

namespace pixelsail {

RopeTable make_rope_table(const torch::Tensor& row_T, const torch::Tensor& column_T, std::int64_t head_size,
                          double theta) {
  const auto options = torch::TensorOptions().dtype(torch::kFloat32).device(row_T.device());
  const std::int64_t pairs = head_size / 2;
  // inverse frequency of pair j: theta^(-2j/d)
  const torch::Tensor exponent_E = torch::arange(pairs, options) * (2.0 / static_cast<double>(head_size));
  const torch::Tensor inverse_E = 1.0 / torch::pow(theta, exponent_E);
  const torch::Tensor row_angle = row_T.to(torch::kFloat32).unsqueeze(1) * inverse_E.slice(0, 0, pairs / 2);
  const torch::Tensor column_angle =
      column_T.to(torch::kFloat32).unsqueeze(1) * inverse_E.slice(0, pairs / 2);
  const torch::Tensor angle_TE = torch::cat({row_angle, column_angle}, 1);
  return {angle_TE.cos(), angle_TE.sin()};
}

torch::Tensor apply_rope(const torch::Tensor& x_THd, const RopeTable& table) {
  const std::int64_t half = x_THd.size(2) / 2;
  const torch::Tensor cos = table.cos_TE.unsqueeze(1).to(x_THd.scalar_type());
  const torch::Tensor sin = table.sin_TE.unsqueeze(1).to(x_THd.scalar_type());
  const torch::Tensor low = x_THd.slice(2, 0, half);
  const torch::Tensor high = x_THd.slice(2, half);
  return torch::cat({low * cos - high * sin, high * cos + low * sin}, 2);
}

}  // namespace pixelsail
