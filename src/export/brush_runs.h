#pragma once

/// Label Studio's brush masks: run lengths packed by bits (the rle-pack format of thi.ng/umbrella,
/// github.com/thi-ng/umbrella/tree/develop/packages/rle-pack), of the picture's RGBA pixels row by row.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "pixelsail/mask.h"

namespace pixelsail {

/// The pixels whose fourth value is not 0. Throws DataError when the bits end too early or are of another number of
/// values than height * width * 4.
Mask decode_brush(std::span<const std::uint8_t> bytes, int height, int width);

/// Pixels of the mask as 255 in all four values.
std::vector<std::uint8_t> encode_brush(const Mask& mask);

}  // namespace pixelsail
