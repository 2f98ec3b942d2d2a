#include "model/lora.h"

#include <torch/torch.h>

#include "model/counter_hash.h"

namespace pixelsail {
namespace {

/// 1 where an input stays, 0 where it is left out; the same on every device.
torch::Tensor kept(const torch::Tensor& x, double dropout, std::uint64_t seed) {
  const auto threshold = static_cast<std::int64_t>(dropout * static_cast<double>(1 << kRandomBits));
  return random_bits(seed, x.numel(), x.device()).ge(threshold).view(x.sizes());
}

}  // namespace

torch::Tensor lora_term(const LoraLayer& layer, const torch::Tensor& x, std::uint64_t dropout_seed) {
  torch::Tensor input = x;
  if (layer.dropout > 0 && dropout_seed != 0) {
    const torch::Tensor mask = kept(x, layer.dropout, dropout_seed ^ layer.stream);
    input = x * mask.to(x.scalar_type()) * (1.0 / (1.0 - layer.dropout));
  }
  const torch::Tensor low_rank = at::linear(input.to(layer.a_RI.scalar_type()), layer.a_RI);
  return (at::linear(low_rank, layer.b_OR) * layer.scale).to(x.scalar_type());
}

torch::Tensor lora_delta(const LoraLayer& layer) {
  return torch::matmul(layer.b_OR.to(torch::kFloat32), layer.a_RI.to(torch::kFloat32)) * layer.scale;
}

}  // namespace pixelsail
