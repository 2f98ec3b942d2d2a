#pragma once

/// cIoU and gIoU of masks against ground-truth masks in order, as the evaluators of LISA's family compute
/// them for samples that may have several masks:
///   cIoU = sum I / (sum U + 1e-10) over all pairs of a predicted and a true mask
///   gIoU = sum over pairs of I / (U + 1e-5) (1 where U = 0), divided by the number of all true masks
/// A true mask without a predicted one has no pair. Masks beyond the true ones are not looked at.

#include <cstdint>
#include <string>
#include <vector>

#include "benchmarks/protocol.h"
#include "benchmarks/score_result.h"
#include "metrics/overlap.h"

namespace pixelsail {

/// What one sample adds to the sums.
class AlignedMasks {
 public:
  void add_pair(const MaskOverlap& overlap);
  /// A true mask without a predicted one: part of no pair, or paired with an empty mask.
  void add_missing(std::int64_t target_pixels, MissingMasks rule);
  /// A true mask that no prediction is meant for: counts in gIoU's divisor.
  void add_unpaired() { ++targets_; }
  /// A true mask whose prediction cannot be used: IoU 0, and its pixels count as missed.
  void add_wrong(std::int64_t target_pixels);

  /// I, U, sum of I / (U + 1e-5), number of true masks.
  std::vector<double> sums() const;
  /// "iou" (mean over the true masks, exact), "intersection", "union".
  OrderedJson detail() const;
  std::int64_t targets() const { return targets_; }
  std::int64_t missing() const { return missing_; }

 private:
  std::int64_t intersection_ = 0, union_ = 0, targets_ = 0, missing_ = 0;
  double smoothed_iou_sum_ = 0, iou_sum_ = 0;
};

/// Fills metrics (ciou, giou), units, draw and samples (a unit each, with detail()), and adds "samples",
/// "masks", "missing_masks" and the metrics to `result.json`. `ids`: one for each sample.
void add_aligned_scores(ScoreResult& result, const std::vector<AlignedMasks>& samples,
                        const std::vector<std::string>& ids);

}  // namespace pixelsail
