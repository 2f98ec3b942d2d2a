#include "benchmarks/refer/targets.h"

namespace pixelsail {

void ReferTargets::fill(const ReferExpression& expression) {
  filled_ = false;  // an exception below must not leave half of a target behind
  SegmentationRuns target = data_.target_runs(expression);
  values_.clear();
  differs_ = false;
  if (merge_ != PolygonMerge::kUnion && target.parts_overlap) {
    values_ = data_.target_values(expression, merge_);
    differs_ = values_ != decode_mask(target.runs).data;
  }
  area_ = static_cast<std::int64_t>(rle_area(target.runs));
  runs_ = std::move(target.runs);
  image_id_ = expression.image_id;
  ann_ids_ = expression.ann_ids;
  filled_ = true;
}

MaskOverlap ReferTargets::overlap(const ReferExpression& expression, const std::optional<Rle>& mask) {
  if (!filled_ || image_id_ != expression.image_id || ann_ids_ != expression.ann_ids) fill(expression);
  if (differs_) {
    return count_overlap(values_,
                         mask ? decode_mask(*mask).data : std::vector<std::uint8_t>(values_.size(), 0));
  }
  if (!mask) return overlap_of_areas(0, 0, area_);
  return overlap_of_areas(static_cast<std::int64_t>(rle_intersection(*mask, runs_)),
                          static_cast<std::int64_t>(rle_area(*mask)), area_);
}

}  // namespace pixelsail
