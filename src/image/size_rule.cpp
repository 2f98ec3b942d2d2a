#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "image/preprocess.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

/// Width and height, wide enough for what the rules compute on the way.
using Sides = std::array<std::int64_t, 2>;

std::int64_t round_up(std::int64_t value, std::int64_t unit) {
  return (value + unit - 1) / unit * unit;
}

/// The longer side as given, the other in proportion.
Sides in_proportion(Sides original, std::int64_t new_long, std::int64_t patch) {
  const std::int64_t long_side = std::max(original[0], original[1]);
  const std::int64_t short_side = std::min(original[0], original[1]);
  const std::int64_t new_short = std::max(round_up(new_long * short_side / long_side, patch), patch);
  return original[0] >= original[1] ? Sides{new_long, new_short} : Sides{new_short, new_long};
}

Sides by_long_side(Sides original, std::int64_t patch, std::int64_t max_side) {
  const std::int64_t wanted = round_up(std::max(original[0], original[1]), patch);
  return in_proportion(original, std::min(wanted, max_side / patch * patch), patch);
}

// In double precision and in the published order of operations: a side that falls on a whole number of
// patches goes up or stays as the rounding has it.
Sides by_area(Sides original, std::int64_t patch, std::int64_t max_side) {
  const double ratio =
      std::sqrt(static_cast<double>(original[0] * original[1])) / static_cast<double>(max_side);
  const auto side = [&](std::int64_t value) {
    const double patches = std::ceil(static_cast<double>(value) / ratio / static_cast<double>(patch));
    return std::max(static_cast<std::int64_t>(patches), std::int64_t{1}) * patch;
  };
  return {side(original[0]), side(original[1])};
}

Sides by_area_limit(Sides original, std::int64_t patch, std::int64_t max_side) {
  Sides sides = in_proportion(original, round_up(std::max(original[0], original[1]), patch), patch);
  const std::int64_t limit = (max_side / patch) * (max_side / patch);
  const std::int64_t columns = sides[0] / patch, rows = sides[1] / patch;
  const double count = static_cast<double>(columns) * static_cast<double>(rows);
  if (count <= static_cast<double>(limit)) return sides;
  const double factor = std::sqrt(count / static_cast<double>(limit));
  for (std::int64_t& side : sides) {
    const double patches = static_cast<double>(side) / factor / static_cast<double>(patch);
    // The published rule makes the short side of an extreme shape zero, and leaves the long one above the
    // limit.
    side = std::clamp(static_cast<std::int64_t>(patches), std::int64_t{1}, limit) * patch;
  }
  return sides;
}

std::string in_pixels(Size size) {
  return std::to_string(size.width) + " x " + std::to_string(size.height) + " pixels";
}

}  // namespace

Size resized_size(Size original, const PreprocessConfig& config) {
  if (original.width < 1 || original.height < 1) {
    throw DataError("an image of " + in_pixels(original) + " has a zero side");
  }
  if (config.patch_size < 1 || config.max_side < config.patch_size) {
    throw ConfigError("patch_size " + std::to_string(config.patch_size) + " and max_side " +
                      std::to_string(config.max_side) + " do not fit: 1 <= patch_size <= max_side is needed");
  }
  const auto rule = config.size_rule == SizeRule::kLongSide ? by_long_side
                    : config.size_rule == SizeRule::kArea   ? by_area
                                                            : by_area_limit;
  const Sides sides = rule({original.width, original.height}, config.patch_size, config.max_side);
  if (std::max(sides[0], sides[1]) > std::numeric_limits<int>::max()) {
    throw DataError("an image of " + in_pixels(original) + " would be resized beyond 2^31 pixels a side");
  }
  return {static_cast<int>(sides[0]), static_cast<int>(sides[1])};
}

}  // namespace pixelsail
