#pragma once

/// Random streams that can be named, saved and restored. A stream is a pure function of (seed, name,
/// position), so the same seed gives the same numbers on every platform, whatever order other streams are
/// used in.

#include <array>
#include <cstdint>
#include <string_view>

namespace pixelsail {

/// xoshiro256** seeded by splitmix64.
class Rng {
 public:
  using State = std::array<std::uint64_t, 4>;

  explicit Rng(std::uint64_t seed, std::string_view stream = {});

  std::uint64_t next_u64();
  /// Uniform in [0, 1), 53 bits.
  double uniform();
  /// Uniform in [low, high).
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  /// Uniform in [0, n) without modulo bias. n must be > 0.
  std::uint64_t below(std::uint64_t n);
  /// Uniform integer in [low, high], both included.
  std::int64_t between(std::int64_t low, std::int64_t high);
  /// Standard normal (Box-Muller, one value a call).
  double normal();
  template <class Vector>
  void shuffle(Vector& values) {
    for (std::size_t i = values.size(); i > 1; --i) {
      using std::swap;
      swap(values[i - 1], values[static_cast<std::size_t>(below(i))]);
    }
  }
  template <class Container>
  const auto& pick(const Container& values) {
    return values[static_cast<std::size_t>(below(values.size()))];
  }

  const State& state() const { return state_; }
  void restore(const State& state) { state_ = state; }

 private:
  State state_;
};

}  // namespace pixelsail
