#include "metrics/overlap.h"

#include <string>

#include "pixelsail/error.h"

namespace pixelsail {

double MaskOverlap::iou() const {
  if (union_pixels == 0) return 1.0;
  return static_cast<double>(intersection) / static_cast<double>(union_pixels);
}

MaskOverlap count_overlap(std::span<const std::uint8_t> target, std::span<const std::uint8_t> prediction) {
  if (target.size() != prediction.size()) {
    throw DataError("a prediction of " + std::to_string(prediction.size()) +
                    " pixels cannot be compared with a " + "ground truth of " +
                    std::to_string(target.size()));
  }
  MaskOverlap counts;
  for (std::size_t i = 0; i < target.size(); ++i) {
    const bool is_target = target[i] == 1;
    const bool is_predicted = prediction[i] != 0 && target[i] != kIgnoredPixel;
    counts.target += is_target;
    counts.predicted += is_predicted;
    counts.intersection += is_target && is_predicted;
  }
  counts.union_pixels = counts.predicted + counts.target - counts.intersection;
  return counts;
}

MaskOverlap overlap_of_areas(std::int64_t intersection, std::int64_t predicted, std::int64_t target) {
  return {.intersection = intersection,
          .union_pixels = predicted + target - intersection,
          .predicted = predicted,
          .target = target};
}

}  // namespace pixelsail
