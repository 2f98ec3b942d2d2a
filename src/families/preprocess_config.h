#pragma once

/// How a family prepares an image (image/preprocess.h does it). P patch size.

#include <array>
#include <string_view>

#include "core/enum_names.h"

namespace pixelsail {

/// What an image is resized to; every side becomes a multiple of P, at least P. See resized_size()
/// of image/preprocess.h.
enum class SizeRule {
  kLongSide,   ///< the longer side grows to whole patches, up to max_side (Pixel-SAIL, SOLO)
  kArea,       ///< about max_side * max_side pixels, whatever the image had (EVE)
  kAreaLimit,  ///< whole patches; beyond max_side * max_side pixels shrunk to them (SAIL-7B)
};
constexpr auto enum_names(SizeRule) {
  return std::array{EnumName{SizeRule::kLongSide, "long_side"}, EnumName{SizeRule::kArea, "area"},
                    EnumName{SizeRule::kAreaLimit, "area_limit"}};
}

enum class Resample { kBilinear, kBicubic };

/// The source of pixel i in a nearest-neighbour resize.
enum class NearestSource {
  kCentre,  ///< floor((i + 0.5) * in / out): Pillow's NEAREST
  kCorner,  ///< floor(i * in / out) in float32: "nearest" of torch.nn.functional.interpolate
};
constexpr auto enum_names(NearestSource) {
  return std::array{EnumName{NearestSource::kCentre, "centre"}, EnumName{NearestSource::kCorner, "corner"}};
}

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

/// Published preprocessing by its name: "sail" (Pixel-SAIL on SAIL), "sail_7b", "solo", "eve". Throws
/// ConfigError for any other name.
PreprocessConfig preprocess_defaults(std::string_view name);

}  // namespace pixelsail
