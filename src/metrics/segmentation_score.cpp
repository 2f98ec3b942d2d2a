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

double smoothed_iou(const MaskOverlap& overlap) {
  if (overlap.union_pixels == 0) return 1.0;
  return static_cast<double>(overlap.intersection) / (static_cast<double>(overlap.union_pixels) + 1e-5);
}

void SegmentationScorer::count_precision(double iou, std::int64_t times) {
  for (std::size_t i = 0; i < kPrecisionThresholds.size(); ++i)
    if (iou >= kPrecisionThresholds[i]) reached_[i] += times;
}

void SegmentationScorer::add(const SegmentationSample& sample, std::int64_t times) {
  const MaskOverlap& overlap = sample.overlap;
  samples_ += times;
  if (rule_ == ScoreRule::kPlain) {
    intersection_ += times * overlap.intersection;
    union_ += times * overlap.union_pixels;
    add_iou(smoothed_iou(overlap), times);
    count_precision(overlap.iou(), times);
    return;
  }
  if (sample.target_is_none) {
    no_target_ += times;
    if (sample.predicted_none) {
      no_target_right_ += times;
      add_iou(1.0, times);
    } else {
      union_ += times * overlap.union_pixels;
    }
    return;
  }
  union_ += times * overlap.union_pixels;
  double iou = 0;
  if (!sample.predicted_none) {
    target_right_ += times;
    intersection_ += times * overlap.intersection;
    iou = share(overlap.intersection, overlap.union_pixels);
  }
  add_iou(iou, times);
  count_precision(iou, times);
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
