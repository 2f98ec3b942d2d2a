#include "model/counter_hash.h"

#include <torch/torch.h>

#include <algorithm>

#include "model/parallel.h"

namespace pixelsail {
namespace {

// The finaliser of MurmurHash3 on multiples of an odd number; its constants, without their uppermost bit.
constexpr std::int64_t kOdd = 0x1E3779B97F4A7C15, kMultiplier = 0x7F51AFD7ED558CCD;
constexpr int kShift = 33, kRounds = 2, kDropped = 32;
constexpr std::int64_t kMask = (std::int64_t{1} << kRandomBits) - 1;
constexpr float kUnit = 1.0F / static_cast<float>(std::int64_t{1} << kRandomBits);

std::int64_t hashed(std::uint64_t seed, std::int64_t index) {
  std::uint64_t hash = static_cast<std::uint64_t>(index) * static_cast<std::uint64_t>(kOdd) + seed;
  for (int round = 0; round < kRounds; ++round)
    hash = (hash ^ (hash >> kShift)) * static_cast<std::uint64_t>(kMultiplier);
  return static_cast<std::int64_t>(hash >> kDropped) & kMask;
}

/// The same on a device, in place; shifts of int64 fill with the sign.
torch::Tensor hash_in_place(const torch::Tensor& counter) {
  for (int round = 0; round < kRounds; ++round) {
    const torch::Tensor high =
        counter.bitwise_right_shift(kShift).bitwise_and_((std::int64_t{1} << (64 - kShift)) - 1);
    counter.bitwise_xor_(high).mul_(kMultiplier);
  }
  return counter.bitwise_right_shift_(kDropped).bitwise_and_(kMask);
}

torch::Tensor multiples(std::int64_t count, torch::Device device) {
  return torch::arange(count, torch::TensorOptions(torch::kInt64).device(device)).mul_(kOdd);
}

constexpr std::int64_t kGrain = 1 << 14;

}  // namespace

torch::Tensor random_bits(std::uint64_t seed, std::int64_t count, torch::Device device) {
  if (!device.is_cpu()) return hash_in_place(multiples(count, device).add_(static_cast<std::int64_t>(seed)));
  const torch::Tensor bits = torch::empty({count}, torch::kInt64);
  auto* const out = bits.mutable_data_ptr<std::int64_t>();
  run_parallel(count, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) out[i] = hashed(seed, i);
  });
  return bits;
}

torch::Tensor random_uniform(const torch::Tensor& seed_M, std::int64_t count) {
  if (!seed_M.is_cpu()) {
    const torch::Tensor counter = seed_M.unsqueeze(1) + multiples(count, seed_M.device());
    return hash_in_place(counter) * kUnit;  // float32, as an integer and a fraction give
  }
  const torch::Tensor seeds = seed_M.contiguous();
  const torch::Tensor uniform = torch::empty({seeds.size(0), count});
  const auto* const seed = seeds.const_data_ptr<std::int64_t>();
  auto* const out = uniform.mutable_data_ptr<float>();
  run_parallel(uniform.numel(), kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin / count; row * count < end; ++row) {
      const auto row_seed = static_cast<std::uint64_t>(seed[row]);
      const std::int64_t first = std::max(begin, row * count), last = std::min(end, (row + 1) * count);
      for (std::int64_t i = first; i < last; ++i)
        out[i] = static_cast<float>(static_cast<std::int32_t>(hashed(row_seed, i - row * count))) * kUnit;
    }
  });
  return uniform;
}

}  // namespace pixelsail
