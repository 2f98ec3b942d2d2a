#include "model/answer_dtype.h"

#include "model/device.h"
#include "model/matmul.h"

namespace pixelsail {

std::string answer_dtype(const std::string& dtype, const std::string& device) {
  if (dtype != "auto") return dtype;
  const torch::Device chosen = choose_device(device).device;
  return !chosen.is_cpu() && computes_in(torch::kBFloat16, chosen) ? "bf16" : "f32";
}

}  // namespace pixelsail
