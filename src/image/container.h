#pragma once

/// Checks of an image file's outer structure, made before decoding: the decoders behind OpenCV fill the
/// missing part of a truncated file with gray or zeros and call that success.

#include <cstddef>
#include <span>
#include <string>

namespace pixelsail::detail {

/// Most pixels an image may have (a header of a few bytes can claim any size).
inline constexpr long long kMaxImagePixels = 178'956'970;

/// PNG: every chunk is there with a good CRC, from IHDR to IEND. JPEG: every segment up to the end-of-image
/// marker. WebP and BMP: as many bytes as the header says. Other formats are left to their decoder. A JPEG
/// damaged inside its compressed data but complete at its end cannot be told from a sound one here. Throws
/// DataError "<name>: <reason>", also for a zero side and for more than kMaxImagePixels pixels.
void check_image_container(std::span<const std::byte> bytes, const std::string& name);

}  // namespace pixelsail::detail
