#include "train/optimizers/orthogonalize.h"

#include <torch/torch.h>

#include "model/matmul.h"

namespace pixelsail {

torch::Tensor orthogonalize(const torch::Tensor& x_Bmn, torch::ScalarType compute) {
  // Coefficients of the published quintic iteration x -> a x + b (x x^T) x + c (x x^T)^2 x.
  constexpr double kA = 3.4445, kB = -4.7750, kC = 2.0315;
  constexpr int kSteps = 5;
  constexpr double kTiny = 1e-7;
  const bool tall = x_Bmn.size(1) > x_Bmn.size(2);
  torch::Tensor x = tall ? x_Bmn.transpose(1, 2) : x_Bmn;
  x = (x / (at::linalg_vector_norm(x, 2, at::IntArrayRef{1, 2}, true) + kTiny)).to(compute);
  for (int i = 0; i < kSteps; ++i) {
    const torch::Tensor gram = at::bmm(x, x.transpose(1, 2));
    x = at::baddbmm(x, at::baddbmm(gram, gram, gram, kB, kC), x, kA);
  }
  return (tall ? x.transpose(1, 2) : x).to(x_Bmn.scalar_type());
}

torch::Tensor orthogonalize(const torch::Tensor& x_Bmn) {
  // Three digits do: the iteration itself leaves singular values between 0.7 and 1.2. A processor without
  // instructions for bfloat16 takes twenty times as long for them as for float32.
  return orthogonalize(x_Bmn,
                       computes_in(torch::kBFloat16, x_Bmn.device()) ? torch::kBFloat16 : torch::kFloat32);
}

}  // namespace pixelsail
