#include "loss/mask_loss.h"

#include <torch/torch.h>

#include "loss/count_offset.h"

namespace pixelsail {
namespace {

constexpr double kEpsilon = 1.1920928955078125e-07;  // 2^-23, float32's machine epsilon

}  // namespace

torch::Tensor point_bce_loss(const torch::Tensor& logits_NP, const torch::Tensor& labels_NP,
                             std::int64_t masks) {
  const auto points = static_cast<double>(logits_NP.size(1));
  const torch::Tensor sum =
      at::binary_cross_entropy_with_logits(logits_NP, labels_NP, {}, {}, at::Reduction::Sum);
  return sum / (points + kCountOffset + kEpsilon) / (static_cast<double>(masks) + kCountOffset);
}

torch::Tensor point_dice_loss(const torch::Tensor& logits_NP, const torch::Tensor& labels_NP,
                              std::int64_t masks) {
  const torch::Tensor p_NP = logits_NP.sigmoid();
  const torch::Tensor overlap_N = (p_NP * labels_NP).sum(1);
  const torch::Tensor dice_N = 1.0 - (2.0 * overlap_N + 1.0) / (p_NP.sum(1) + labels_NP.sum(1) + 1.0);
  return dice_N.sum() / (1.0 + kCountOffset + kEpsilon) / (static_cast<double>(masks) + kCountOffset);
}

}  // namespace pixelsail
