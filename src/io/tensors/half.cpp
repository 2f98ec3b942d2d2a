#include <bit>

#include "io/tensors/safetensors.h"

namespace pixelsail {

float half_to_float(std::uint16_t bits) {
  const std::uint32_t sign = static_cast<std::uint32_t>(bits & 0x8000) << 16;
  const std::uint32_t exponent = bits >> 10 & 0x1F;
  const std::uint32_t fraction = bits & 0x3FF;
  if (exponent == 0) {
    // Zero and subnormals: fraction * 2^-24, exact in float.
    const float magnitude = static_cast<float>(fraction) * 0x1p-24f;
    return std::bit_cast<float>(sign | std::bit_cast<std::uint32_t>(magnitude));
  }
  const std::uint32_t wide = exponent == 0x1F ? 0xFF : exponent - 15 + 127;
  return std::bit_cast<float>(sign | wide << 23 | fraction << 13);
}

std::uint16_t float_to_half(float value) {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t sign = bits >> 16 & 0x8000;
  const std::uint32_t magnitude = bits & 0x7FFFFFFF;
  constexpr std::uint32_t kInfinity = 0x7F800000;
  constexpr std::uint32_t kOverflow =
      0x477FF000;  // 65520: halfway between the largest half and the next step
  constexpr std::uint32_t kMinNormal = 0x38800000;  // 2^-14
  std::uint32_t half = 0;
  if (magnitude > kInfinity) {
    half = 0x7E00 | (magnitude >> 13 & 0x3FF);  // NaN stays NaN (quiet) and keeps the top of its payload
  } else if (magnitude >= kOverflow) {
    half = 0x7C00;
  } else if (magnitude >= kMinNormal) {
    // Round to nearest even on the 13 bits that go away; a carry moves into the exponent as it should.
    const std::uint32_t rounded = magnitude + 0xFFF + (magnitude >> 13 & 1);
    half = (rounded >> 13) - ((127 - 15) << 10);
  } else {
    // Adding 0.5 puts the unit of a subnormal half (2^-24) at the last place of a float, which rounds it for
    // us.
    const float shifted = std::bit_cast<float>(magnitude) + 0.5f;
    half = std::bit_cast<std::uint32_t>(shifted) - std::bit_cast<std::uint32_t>(0.5f);
  }
  return static_cast<std::uint16_t>(sign | half);
}

}  // namespace pixelsail
