#include "infer/masks.h"

#include <torch/torch.h>

#include <cstring>

#include "model/model.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

Mask to_mask(const torch::Tensor& logits_hw, MaskRule rule) {
  Mask mask(static_cast<int>(logits_hw.size(0)), static_cast<int>(logits_hw.size(1)));
  const torch::Tensor inside = rule == MaskRule::kLogit ? logits_hw > 0 : logits_hw.sigmoid() > 0.5;
  const torch::Tensor bits = inside.to(torch::kCPU, torch::kUInt8).contiguous();
  std::memcpy(mask.data.data(), bits.const_data_ptr(), mask.data.size());
  return mask;
}

}  // namespace

MaskRule mask_rule_of(const std::string& name) {
  if (name == "logit") return MaskRule::kLogit;
  if (name == "sigmoid") return MaskRule::kSigmoid;
  throw ConfigError("unknown mask rule \"" + name + "\" (known: logit, sigmoid)");
}

void add_masks(const torch::Tensor& logits_Nhw, const Image& image, MaskRule rule, Answer& answer) {
  const torch::Tensor full_Nhw = resize_mask_logits(logits_Nhw, image.height, image.width);
  for (std::int64_t n = 0; n < full_Nhw.size(0); ++n) {
    const torch::Tensor logits = full_Nhw[n];
    answer.masks.push_back(to_mask(logits, rule));
    const torch::Tensor inside = logits.masked_select(logits > 0).to(torch::kFloat32).sigmoid();
    answer.mask_scores.push_back(inside.numel() > 0 ? inside.mean().item<double>() : 0.0);
  }
}

}  // namespace pixelsail
