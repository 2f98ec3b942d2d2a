#include "loss/distill.h"

#include <torch/torch.h>

namespace pixelsail {
namespace {

constexpr double kCountOffset = 1e-4;  // the published code adds it to every count it divides by

}  // namespace

Linear distill_layer(std::int64_t in, std::int64_t channels, torch::Device device) {
  return Linear(in, channels, true, WeightOptions{.device = device});
}

torch::Tensor distill_error(const torch::Tensor& student_hwc, const torch::Tensor& teacher_chw) {
  const torch::Tensor target = at::upsample_bilinear2d(teacher_chw.unsqueeze(0).to(torch::kFloat32),
                                                       {student_hwc.size(0), student_hwc.size(1)}, false)
                                   .squeeze(0)
                                   .permute({1, 2, 0});
  return (student_hwc.to(torch::kFloat32) - target).square().mean();
}

torch::Tensor distill_loss(const std::vector<torch::Tensor>& errors, double weight, std::int64_t images) {
  if (errors.empty()) return {};
  torch::Tensor sum = errors[0];
  for (std::size_t i = 1; i < errors.size(); ++i) sum = sum + errors[i];
  return weight * sum / (static_cast<double>(images) + kCountOffset);
}

}  // namespace pixelsail
