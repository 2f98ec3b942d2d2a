#include "model/lora.h"

#include <torch/torch.h>

namespace pixelsail {
namespace {

/// 1 where an input stays, 0 where it is left out. Integer arithmetic that wraps around is the same on every
/// device, which a generator of random numbers is not (the finaliser of MurmurHash3, applied to the index).
torch::Tensor kept(const torch::Tensor& x, double dropout, std::uint64_t seed) {
  const auto options = torch::TensorOptions(torch::kInt64).device(x.device());
  constexpr std::int64_t kOdd = 0x1E3779B97F4A7C15;
  constexpr std::int64_t kMultiplier = 0x7F51AFD7ED558CCD;
  constexpr int kShift = 33, kBits = 24;
  torch::Tensor hash = torch::arange(x.numel(), options).mul_(kOdd).add_(static_cast<std::int64_t>(seed));
  for (int round = 0; round < 2; ++round) {
    const torch::Tensor high = hash.bitwise_right_shift(kShift).bitwise_and_((std::int64_t{1} << 31) - 1);
    hash.bitwise_xor_(high).mul_(kMultiplier);
  }
  const torch::Tensor uniform = hash.bitwise_right_shift(32).bitwise_and_((std::int64_t{1} << kBits) - 1);
  const auto threshold = static_cast<std::int64_t>(dropout * static_cast<double>(1 << kBits));
  return uniform.ge(threshold).view(x.sizes());
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
