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

ScoredMask full_mask(const torch::Tensor& logits_HW, const Image& image, MaskRule rule) {
  const torch::Tensor logits_hw = resize_mask_logits(logits_HW.unsqueeze(0), image.height, image.width)[0];
  const torch::Tensor inside = logits_hw.masked_select(logits_hw > 0).to(torch::kFloat32).sigmoid();
  return {to_mask(logits_hw, rule), inside.numel() > 0 ? inside.mean().item<double>() : 0.0};
}

}  // namespace pixelsail
