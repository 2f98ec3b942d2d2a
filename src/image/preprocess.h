#pragma once

/// Image -> normalised patches, as each family of models reads them (bytes equal to Pillow 10-12).
/// Legend: h, w patch grid; P patch size.

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "core/sequence.h"
#include "pixelsail/image.h"
#include "pixelsail/mask.h"

namespace pixelsail {

/// What an image is resized to; every side becomes a multiple of P, at least P. See resized_size().
enum class SizeRule {
  kLongSide,   ///< the longer side grows to whole patches, up to max_side (Pixel-SAIL, SOLO)
  kArea,       ///< about max_side * max_side pixels, whatever the image had (EVE)
  kAreaLimit,  ///< whole patches; beyond max_side * max_side pixels shrunk to them (SAIL-7B)
};

enum class Resample { kBilinear, kBicubic };

/// The source of pixel i in a nearest-neighbour resize.
enum class NearestSource {
  kCentre,  ///< floor((i + 0.5) * in / out): Pillow's NEAREST
  kCorner,  ///< floor(i * in / out) in float32: "nearest" of torch.nn.functional.interpolate
};

struct PreprocessConfig {
  int patch_size = 16;
  int max_side = 1024;
  std::array<double, 3> mean{0.485, 0.456, 0.406};
  std::array<double, 3> std{0.229, 0.224, 0.225};
  SizeRule size_rule = SizeRule::kLongSide;
  Resample resample = Resample::kBilinear;
  NearestSource mask_source = NearestSource::kCentre;  ///< of prompt masks, see mask_to_patches()
  bool operator==(const PreprocessConfig&) const = default;
};

/// Published preprocessing by the name of a backbone: "sail" (Pixel-SAIL on SAIL; P = 16 in its 0.5B and 3B
/// models), "sail_7b" (github.com/ByteDance-Seed/SAIL, example.py), "solo" (github.com/Yangyi-Chen/SOLO,
/// image_utils.py), "eve" (github.com/bytedance/Sa2VA, projects/ST, with 800 for max_side). Throws
/// ConfigError for any other name.
PreprocessConfig preprocess_defaults(std::string_view backbone);

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
