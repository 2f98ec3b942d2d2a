#pragma once

/// Image -> normalised patches, as the "sail" backbone reads them (paper code; bytes equal to Pillow 10-12).
/// Legend: h, w patch grid; P patch size.

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "pixelsail/image.h"
#include "pixelsail/mask.h"

namespace pixelsail {

struct PreprocessConfig {
  int patch_size = 16;
  int max_side = 1024;
  std::array<double, 3> mean{0.485, 0.456, 0.406};
  std::array<double, 3> std{0.229, 0.224, 0.225};
};

struct Size {
  int width = 0, height = 0;
  bool operator==(const Size&) const = default;
};

/// What preprocess_image() resizes to (P = patch size, long and short = the sides of the original):
/// long' = min(ceil(long/P)*P, max_side rounded down to P); short' = ceil(int(long'*short/long)/P)*P, at
/// least one patch each. Throws DataError for a zero side, ConfigError for a patch size below 1 or a max_side
/// below the patch size.
Size resized_size(Size original, const PreprocessConfig& config);

/// Two-pass antialiased bilinear resize in 22-bit fixed point (Pillow's BILINEAR).
Image resize_bilinear(const Image& image, Size size);
/// Nearest neighbour: source index = floor((i + 0.5) * in / out). The position is reached by adding in / out
/// in double precision from pixel to pixel, as Pillow's NEAREST does: that rounding decides where the exact
/// value is an integer.
Mask resize_nearest(const Mask& mask, Size size);

/// Patches in row-major grid order, each flattened (channel, y, x).
struct Patches {
  int grid_h = 0, grid_w = 0;
  int dim = 0;                ///< 3 * P * P
  std::vector<float> values;  ///< [grid_h * grid_w, dim]
};
/// value = (byte / 255 - mean) / std in float32. Throws DataError unless both sides are multiples of P above
/// zero.
Patches patchify(const Image& resized, const PreprocessConfig& config);

/// resized_size -> resize_bilinear -> patchify.
Patches preprocess_image(const Image& image, const PreprocessConfig& config);

/// Which patches a prompt mask (at the original image size) touches: any pixel set after the nearest resize.
/// [grid_h * grid_w], 0 or 1. Throws DataError for an empty mask or a size that is no multiple of the patch
/// size.
std::vector<std::uint8_t> mask_to_patches(const Mask& mask, Size resized, int patch_size);

/// Prompt number of each patch, -2 where there is none (the paper code's value). `prompts` are (K, patch
/// mask) in painting order: the last wins. Throws DataError when a mask has not patch_count entries.
std::vector<std::int64_t> paint_prompts(const std::vector<std::pair<int, std::vector<std::uint8_t>>>& prompts,
                                        int patch_count);

/// The painting order of training: prompts by area, large to small (small ones stay visible), equal areas in
/// the order given. Areas are counted in patches.
std::vector<std::pair<int, std::vector<std::uint8_t>>> order_for_training(
    std::vector<std::pair<int, std::vector<std::uint8_t>>> prompts);

}  // namespace pixelsail
