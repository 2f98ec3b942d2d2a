#pragma once

/// The two 16 bit floating point types, as raw bits.

#include <bit>
#include <cstdint>

namespace pixelsail::kernels {

inline float bf16_to_float(std::uint16_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

/// To nearest, ties to even; NaN stays NaN.
inline std::uint16_t float_to_bf16(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if ((bits & 0x7FFFFFFF) > 0x7F800000) {
    return static_cast<std::uint16_t>(bits >> 16 | 0x40);
  }
  return static_cast<std::uint16_t>((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
}

/// IEEE half precision; exact.
float f16_to_float(std::uint16_t bits);

/// To nearest, ties to even; NaN stays NaN, too large becomes infinite.
std::uint16_t float_to_f16(float value);

}  // namespace pixelsail::kernels
