#pragma once

/// Target masks without a pixel: a model that is told "It is [SEG]." about nothing learns nonsense.

#include <string>

#include "pixelsail/mask.h"

namespace pixelsail::detail {

/// Throws DataError "WHAT covers no pixel of the W x H picture; ..." for an empty mask.
void require_pixels(const Mask& mask, const std::string& what);

}  // namespace pixelsail::detail
