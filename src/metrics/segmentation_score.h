#pragma once

/// Scores of referring segmentation over many samples, from the pixel counts of each. All in double.
///
/// Plain rule (RefCOCO, RefCOCO+, RefCOCOg; ReasonSeg uses the same), one sample per sentence:
///   cIoU = sum I / (sum U + 1e-10)
///   gIoU = mean of I / (U + 1e-5), where a sample with U = 0 counts 1
///   Pr@k = share of samples with I / U >= k (1 where U = 0)
/// Rule with samples that have no target (gRefCOCO, as its reference implementation ReLA scores it):
///   no target, predicted none   IoU 1, adds nothing to the sums
///   no target, predicted some   IoU 0, adds U
///   target, predicted none      IoU 0, adds U (of the mask as it was put out) but no I
///   target, predicted some      IoU I / U (0 where U = 0), adds both
///   cIoU = sum I / sum U; gIoU = mean IoU over all samples; Pr@k over samples with a target only;
///   N-acc = share of no-target samples predicted so; T-acc = share of targeted samples predicted so.

#include <array>
#include <cstdint>
#include <string>

#include "metrics/overlap.h"

namespace pixelsail {

inline constexpr std::array<double, 5> kPrecisionThresholds{0.5, 0.6, 0.7, 0.8, 0.9};
/// The same as they are written in reports.
inline constexpr std::array<const char*, 5> kPrecisionNames{"0.5", "0.6", "0.7", "0.8", "0.9"};

/// Fractions in 0..1; a fraction of nothing is 0 (the counts tell).
struct SegmentationScore {
  std::int64_t samples = 0;
  double ciou = 0, giou = 0;
  /// In the order of kPrecisionThresholds.
  std::array<double, 5> precision{};
  /// Rule with no-target samples only.
  double n_acc = 0, t_acc = 0;
  std::int64_t no_target_samples = 0;
};

/// A prediction is "no target" when it has no mask or fewer than max(1, min_pixels) pixels.
bool predicts_no_target(bool has_mask, std::int64_t mask_pixels, std::int64_t min_pixels);

/// I / (U + 1e-5), 1 where U = 0: one sample's part of gIoU in the plain rule.
double smoothed_iou(const MaskOverlap& overlap);

enum class ScoreRule { kPlain, kNoTarget };

struct SegmentationSample {
  MaskOverlap overlap;
  /// Looked at by ScoreRule::kNoTarget only.
  bool target_is_none = false, predicted_none = false;
};

class SegmentationScorer {
 public:
  explicit SegmentationScorer(ScoreRule rule = ScoreRule::kPlain) : rule_(rule) {}

  /// One sample, `times` over.
  void add(const SegmentationSample& sample, std::int64_t times = 1);
  SegmentationScore result() const;

 private:
  void add_iou(double iou, std::int64_t times) { iou_sum_ += iou * static_cast<double>(times); }
  /// Adds to the thresholds that `iou` reaches.
  void count_precision(double iou, std::int64_t times);

  ScoreRule rule_;
  std::int64_t samples_ = 0, intersection_ = 0, union_ = 0;
  double iou_sum_ = 0;
  std::array<std::int64_t, 5> reached_{};
  std::int64_t no_target_ = 0, no_target_right_ = 0, target_right_ = 0;
};

}  // namespace pixelsail
