#pragma once

/// Pixel counts of one prediction against its ground truth: all that the segmentation scores are made of.

#include <cstdint>
#include <span>

namespace pixelsail {

/// Ground-truth value of pixels that are left out of every count.
inline constexpr std::uint8_t kIgnoredPixel = 255;

struct MaskOverlap {
  std::int64_t intersection = 0;
  /// prediction + target - intersection. A true union unless the ground truth has values above 1.
  std::int64_t union_pixels = 0;
  /// Predicted pixels outside ignored ones.
  std::int64_t predicted = 0;
  /// Ground-truth pixels with value 1.
  std::int64_t target = 0;
  bool operator==(const MaskOverlap&) const = default;

  /// intersection / union; 1 when both masks are empty.
  double iou() const;
};

/// `target`: 0 background, 1 object, 255 ignored; any other value (sums of overlapping polygons) belongs to
/// no class: such a pixel counts as predicted when it is, but never as target or intersection. `prediction`:
/// 0 or not. Both row-major and of one length. Throws DataError when the lengths differ.
MaskOverlap count_overlap(std::span<const std::uint8_t> target, std::span<const std::uint8_t> prediction);

/// The same for binary masks without ignored pixels, from the pixels in both and in each.
MaskOverlap overlap_of_areas(std::int64_t intersection, std::int64_t predicted, std::int64_t target);

}  // namespace pixelsail
