#pragma once

/// Writing pictures and reading masks; load_image() and decode_image() are in pixelsail/image.h.

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "pixelsail/image.h"
#include "pixelsail/mask.h"

namespace pixelsail {

/// The library behind reading and writing, with its version.
std::string codec_description();

/// RGB, 8 bits a channel. Throws DataError for a zero side (so do the others).
std::vector<std::byte> encode_png(const Image& image);
/// Gray, 8 bits: 0 and 255.
std::vector<std::byte> encode_png(const Mask& mask);
/// Baseline, 4:2:0; quality 1 to 100.
std::vector<std::byte> encode_jpeg(const Image& image, int quality);

/// The pixels of an image file whose colour is not black and that are not fully transparent (16 bits count).
/// Throws DataError under the conditions of load_image().
Mask load_mask(const std::filesystem::path& path);
/// The same from memory; `name` is used in messages.
Mask decode_mask_image(std::span<const std::byte> bytes, const std::string& name);

}  // namespace pixelsail
