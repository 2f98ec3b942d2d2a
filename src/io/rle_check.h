#pragma once

/// Checks shared by the mask readers.

#include <cstdint>

#include "pixelsail/mask.h"

namespace pixelsail::detail {

/// height * width. Throws DataError when a side is negative or the product is above 2^31.
std::uint64_t checked_area(std::int64_t height, std::int64_t width);

/// Throws DataError unless the runs fill the mask exactly.
void check_runs(const Rle& rle);

}  // namespace pixelsail::detail
