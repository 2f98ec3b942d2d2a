#pragma once

/// Image -> normalised patches, as each family of models reads them (bytes equal to Pillow 10-12).
/// Legend: h, w patch grid; P patch size.

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/sequence.h"
#include "families/preprocess_config.h"
#include "pixelsail/image.h"
#include "pixelsail/mask.h"

namespace pixelsail {

struct Size {
  int width = 0, height = 0;
  bool operator==(const Size&) const = default;
};

/// What preprocess_image() resizes to (P = patch size, M = max_side, long and short = the sides of the
/// original), by the size rule:
///   kLongSide   long' = min(ceil(long/P)*P, M rounded down to P); short' = ceil(int(long'*short/long)/P)*P
///   kArea       each side' = ceil(side/(sqrt(width*height)/M)/P)*P; small images grow
///   kAreaLimit  as kLongSide without M; when that is n > m = int(M/P)^2 patches,
///               each side' = int(side'/sqrt(n/m)/P)*P
/// and never less than P. Throws DataError for a zero side or a result beyond 2^31 pixels a side, ConfigError
/// for a patch size below 1 or a max_side below the patch size.
Size resized_size(Size original, const PreprocessConfig& config);

/// Two-pass antialiased bilinear resize in 22-bit fixed point (Pillow's BILINEAR).
Image resize_bilinear(const Image& image, Size size);
/// The same with Pillow's BICUBIC (a = -0.5).
Image resize_bicubic(const Image& image, Size size);
/// Nearest neighbour. Roundings decide where the exact position is an integer: kCentre reaches it by adding
/// in / out in double precision from pixel to pixel, as Pillow does; kCorner multiplies in float32, as torch
/// does.
Mask resize_nearest(const Mask& mask, Size size, NearestSource source = NearestSource::kCentre);

/// value = (byte / 255 - mean) / std in float32. Throws DataError unless both sides are multiples of P above
/// zero.
Patches patchify(const Image& resized, const PreprocessConfig& config);

/// resized_size -> resize with the filter of the configuration -> patchify.
Patches preprocess_image(const Image& image, const PreprocessConfig& config);

/// Which patches a prompt mask (at the original image size) touches: any pixel set after the nearest resize.
/// [grid_h * grid_w], 0 or 1. `source` is the mask_source of the configuration. Throws DataError for an empty
/// mask or a size that is no multiple of the patch size.
std::vector<std::uint8_t> mask_to_patches(const Mask& mask, Size resized, int patch_size,
                                          NearestSource source = NearestSource::kCentre);

/// Prompt number of each patch, kNoPrompt where there is none. `prompts` are (K, patch
/// mask) in painting order: the last wins. Throws DataError when a mask has not patch_count entries.
std::vector<std::int64_t> paint_prompts(const std::vector<std::pair<int, std::vector<std::uint8_t>>>& prompts,
                                        int patch_count);

}  // namespace pixelsail
