#pragma once

/// Point sampling on masks (PointRend's importance sampling as mmdet's Mask2Former head uses it).
///
/// Legend: N masks, P points; coordinates are (x, y) in [0, 1] over the whole map.

#include <torch/types.h>

#include <cstdint>

namespace pixelsail {

/// Bilinear readings of maps_NHW at coords_NP2 -> [N, P]; half-pixel centres, zero outside. Differentiable in
/// the maps.
torch::Tensor read_points(const torch::Tensor& maps_NHW, const torch::Tensor& coords_NP2);

/// Uniform random numbers a selection uses; drawn, or given in tests.
struct PointNoise {
  torch::Tensor oversampled_NQ2;  ///< Q = int(P * oversample ratio) candidates
  torch::Tensor uniform_NR2;      ///< R = P - int(P * importance ratio) plain points
  /// Those of masks [first, first + count).
  PointNoise of(std::int64_t first, std::int64_t count) const {
    return {oversampled_NQ2.narrow(0, first, count), uniform_NR2.narrow(0, first, count)};
  }
};
/// A mask's numbers are a function of its seed (int64) and of the other numbers here: the same on every device.
PointNoise draw_point_noise(const torch::Tensor& seed_N, std::int64_t points, double oversample_ratio,
                            double importance_ratio);
/// The seed of mask `mask` of a sample with this noise_seed.
std::int64_t point_seed(std::uint64_t noise_seed, std::int64_t mask);

/// The int(importance * P) candidates with the smallest |logit|, most uncertain first, then the plain points
/// -> [N, P, 2].
torch::Tensor select_points(const torch::Tensor& logits_NHW, std::int64_t points, double importance_ratio,
                            const PointNoise& noise);

}  // namespace pixelsail
