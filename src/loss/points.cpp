#include "loss/points.h"

#include <torch/torch.h>

#include <string>

#include "core/rng.h"
#include "model/counter_hash.h"

namespace pixelsail {

torch::Tensor read_points(const torch::Tensor& maps_NHW, const torch::Tensor& coords_NP2) {
  constexpr std::int64_t kBilinear = 0, kZeros = 0;
  const torch::Tensor grid_N1P2 = (coords_NP2 * 2.0 - 1.0).unsqueeze(1);
  return at::grid_sampler_2d(maps_NHW.unsqueeze(1), grid_N1P2, kBilinear, kZeros, /*align_corners=*/false)
      .squeeze(2)
      .squeeze(1);
}

PointNoise draw_point_noise(const torch::Tensor& seed_N, std::int64_t points, double oversample_ratio,
                            double importance_ratio) {
  const auto candidates = static_cast<std::int64_t>(static_cast<double>(points) * oversample_ratio);
  const auto important = static_cast<std::int64_t>(static_cast<double>(points) * importance_ratio);
  const std::int64_t plain = points - important;
  const torch::Tensor all_NX2 =
      random_uniform(seed_N, 2 * (candidates + plain)).view({seed_N.size(0), candidates + plain, 2});
  return {all_NX2.narrow(1, 0, candidates), all_NX2.narrow(1, candidates, plain)};
}

std::int64_t point_seed(std::uint64_t noise_seed, std::int64_t mask) {
  return static_cast<std::int64_t>(Rng(noise_seed, "points of mask " + std::to_string(mask)).next_u64());
}

torch::Tensor select_points(const torch::Tensor& logits_NHW, std::int64_t points, double importance_ratio,
                            const PointNoise& noise) {
  const torch::NoGradGuard no_grad;
  const auto important = static_cast<std::int64_t>(static_cast<double>(points) * importance_ratio);
  const torch::Tensor certainty_NQ = read_points(logits_NHW, noise.oversampled_NQ2).abs();
  const torch::Tensor index_NI =
      std::get<1>(certainty_NQ.topk(important, /*dim=*/1, /*largest=*/false, /*sorted=*/true));
  const torch::Tensor chosen_NI2 = noise.oversampled_NQ2.gather(1, index_NI.unsqueeze(2).expand({-1, -1, 2}));
  return torch::cat({chosen_NI2, noise.uniform_NR2}, 1);
}

}  // namespace pixelsail
