#pragma once

/// The colours that have words.

#include <cstdint>
#include <string_view>

namespace pixelsail {

/// The first kColorCount are those of the world of shapes; things have all.
enum class Color : std::uint8_t {
  kRed,
  kGreen,
  kBlue,
  kYellow,
  kOrange,
  kPurple,
  kWhite,
  kBlack,
  kBrown,
  kGray,
  kPink
};
inline constexpr int kColorCount = 8;
inline constexpr int kThingColorCount = 11;

/// "red"
std::string_view name_of(Color color);

}  // namespace pixelsail
