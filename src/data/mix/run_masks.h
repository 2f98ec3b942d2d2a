#pragma once

/// Masks whose size only their run lengths say.

#include <cstdint>
#include <string>

#include "io/json.h"
#include "pixelsail/mask.h"

namespace pixelsail::detail {

/// More pixels than any picture of the data sets has; what claims more would only fill the memory.
inline constexpr std::int64_t kMostPixels = std::int64_t{1} << 28;

/// Throws UnusableSample (malformed_record) for more than kMostPixels.
void check_pixels(std::int64_t height, std::int64_t width, const std::string& where);

/// Throws UnusableSample (malformed_record) for what are no run lengths, or those of a mask that is too large.
Mask mask_of_runs(const Json& runs, const std::string& where);

}  // namespace pixelsail::detail
