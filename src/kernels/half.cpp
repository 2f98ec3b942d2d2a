#include "kernels/half.h"

namespace pixelsail::kernels {

float f16_to_float(std::uint16_t bits) {
  // Put in a float's place, the exponent is too small by 127 - 15; a multiplication mends that, subnormals
  // included.
  const std::uint32_t sign = static_cast<std::uint32_t>(bits & 0x8000) << 16;
  const std::uint32_t magnitude = static_cast<std::uint32_t>(bits & 0x7FFF) << 13;
  if (magnitude >= 0x0F800000) {
    return std::bit_cast<float>(sign | 0x70000000 | magnitude);  // infinity and NaN
  }
  const float value = std::bit_cast<float>(magnitude) * 0x1p112f;
  return std::bit_cast<float>(sign | std::bit_cast<std::uint32_t>(value));
}

std::uint16_t float_to_f16(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t sign = bits >> 16 & 0x8000;
  const std::uint32_t magnitude = bits & 0x7FFFFFFF;
  std::uint32_t half = 0;
  if (magnitude > 0x7F800000) {
    half = 0x7E00;  // NaN
  } else if (magnitude >= 0x477FF000) {
    half = 0x7C00;  // 65520 and more round to infinity
  } else if (magnitude >= 0x38800000) {
    // 13 bits go away; a carry moves into the exponent as it should.
    half = ((magnitude + 0xFFF + (magnitude >> 13 & 1)) >> 13) - ((127 - 15) << 10);
  } else {
    // Beside 0.5 the last place of a float is worth one subnormal half, so the addition rounds for us.
    const float shifted = std::bit_cast<float>(magnitude) + 0.5f;
    half = std::bit_cast<std::uint32_t>(shifted) - std::bit_cast<std::uint32_t>(0.5f);
  }
  return static_cast<std::uint16_t>(sign | half);
}

}  // namespace pixelsail::kernels
