#pragma once

/// Ground truth of referring expressions against predicted masks, counted on run lengths where that gives the
/// same.

#include <cstdint>
#include <optional>
#include <vector>

#include "annotations/refer.h"
#include "metrics/overlap.h"

namespace pixelsail {

/// Keeps the ground truth of the expression looked at last: the sentences of a ref share it and follow each
/// other.
class ReferTargets {
 public:
  ReferTargets(const ReferData& data, PolygonMerge merge) : data_(data), merge_(merge) {}

  /// Pixel counts of `mask` (nothing: an empty prediction) against the expression's ground truth. The mask
  /// has its image's size.
  MaskOverlap overlap(const ReferExpression& expression, const std::optional<Rle>& mask);
  /// Whether the ground truth of the last expression differs from the union of its polygons.
  bool differs_from_union() const { return differs_; }

 private:
  void fill(const ReferExpression& expression);

  const ReferData& data_;
  PolygonMerge merge_;
  bool filled_ = false, differs_ = false;
  std::int64_t image_id_ = 0;
  std::vector<std::int64_t> ann_ids_;
  /// The union; valid for the count unless `differs_`.
  Rle runs_;
  std::int64_t area_ = 0;
  /// Values per pixel; filled when `differs_`.
  std::vector<std::uint8_t> values_;
};

}  // namespace pixelsail
