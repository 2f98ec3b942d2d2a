#pragma once

/// Random numbers without a generator: number i of a stream is a function of the stream's seed and i, by
/// integer arithmetic that wraps around. It gives the same bits on every device, where a generator of torch
/// would give others, and needs no copy from the host.
///
/// Legend: M streams.

#include <torch/types.h>

#include <cstdint>

namespace pixelsail {

/// Of each number.
inline constexpr int kRandomBits = 24;

/// int64 [count] in [0, 2^24).
torch::Tensor random_bits(std::uint64_t seed, std::int64_t count, torch::Device device);

/// float32 [M, count] in [0, 1), multiples of 2^-24: the numbers of random_bits() for each seed of seed_M
/// (int64). Streams whose seeds differ by little are not independent.
torch::Tensor random_uniform(const torch::Tensor& seed_M, std::int64_t count);

}  // namespace pixelsail
