#include "metrics/segmentation_score.h"

#include <algorithm>

namespace pixelsail {
namespace {

double share(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

bool predicts_no_target(bool has_mask, std::int64_t mask_pixels, std::int64_t min_pixels) {
  return !has_mask || mask_pixels < std::max<std::int64_t>(1, min_pixels);
}

void SegmentationScorer::count_precision(double iou) {
  for (std::size_t i = 0; i < kPrecisionThresholds.size(); ++i) reached_[i] += iou >= kPrecisionThresholds[i];
}

void SegmentationScorer::add(const MaskOverlap& overlap, bool target_is_none, bool predicted_none) {
  ++samples_;
  if (rule_ == ScoreRule::kPlain) {
    intersection_ += overlap.intersection;
    union_ += overlap.union_pixels;
    iou_sum_ += overlap.union_pixels == 0 ? 1.0
                                          : static_cast<double>(overlap.intersection) /
                                                (static_cast<double>(overlap.union_pixels) + 1e-5);
    count_precision(overlap.iou());
    return;
  }
  if (target_is_none) {
    ++no_target_;
    if (predicted_none) {
      ++no_target_right_;
      iou_sum_ += 1.0;
    } else {
      union_ += overlap.union_pixels;
    }
    return;
  }
  union_ += overlap.union_pixels;
  double iou = 0;
  if (!predicted_none) {
    ++target_right_;
    intersection_ += overlap.intersection;
    iou = share(overlap.intersection, overlap.union_pixels);
  }
  iou_sum_ += iou;
  count_precision(iou);
}

SegmentationScore SegmentationScorer::result() const {
  SegmentationScore score;
  score.samples = samples_;
  score.no_target_samples = no_target_;
  score.ciou = rule_ == ScoreRule::kPlain
                   ? static_cast<double>(intersection_) / (static_cast<double>(union_) + 1e-10)
                   : share(intersection_, union_);
  score.giou = samples_ == 0 ? 0.0 : iou_sum_ / static_cast<double>(samples_);
  const std::int64_t targeted = samples_ - no_target_;
  for (std::size_t i = 0; i < reached_.size(); ++i) score.precision[i] = share(reached_[i], targeted);
  score.n_acc = share(no_target_right_, no_target_);
  score.t_acc = share(target_right_, targeted);
  return score;
}

}  // namespace pixelsail
