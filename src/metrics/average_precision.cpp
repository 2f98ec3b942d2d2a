#include "metrics/average_precision.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <stdexcept>

namespace pixelsail {
namespace {

/// COCOeval lowers the threshold by this at most, so that a perfect match reaches 1.
constexpr double kLargestThreshold = 1 - 1e-10;
constexpr int kRecallLevels = 101;

}  // namespace

ApImage match_detections(std::span<const ApTarget> targets, std::size_t detections,
                         std::span<const double> ious, double threshold) {
  if (ious.size() != detections * targets.size())
    throw std::invalid_argument("one IoU is needed for each detection and object");
  ApImage image;
  // Crowds are looked at last; the order within both groups stays.
  std::vector<std::size_t> order;
  for (const bool crowd : {false, true})
    for (std::size_t i = 0; i < targets.size(); ++i)
      if (targets[i].crowd == crowd) order.push_back(i);
  image.targets = std::ranges::count(targets, false, &ApTarget::crowd);
  std::vector<bool> taken(targets.size(), false);
  for (std::size_t d = 0; d < std::min(detections, kMostDetections); ++d) {
    double best = std::min(threshold, kLargestThreshold);
    std::optional<std::size_t> match;
    for (const std::size_t t : order) {
      if (taken[t] && !targets[t].crowd) continue;
      if (match && !targets[*match].crowd && targets[t].crowd) break;
      const double iou = ious[d * targets.size() + t];
      if (iou < best) continue;
      best = iou;
      match = t;
    }
    if (match) taken[*match] = true;
    if (match && targets[*match].crowd) continue;
    image.hits.push_back(match && !targets[*match].zero_id);
  }
  return image;
}

double average_precision(std::span<const ApImage> images, std::span<const std::uint32_t> weights) {
  std::int64_t targets = 0;
  std::size_t detections = 0;
  for (std::size_t i = 0; i < images.size(); ++i) {
    targets += static_cast<std::int64_t>(weights[i]) * images[i].targets;
    detections += weights[i] * images[i].hits.size();
  }
  if (targets == 0) return 0.0;
  std::vector<double> recall, precision;
  recall.reserve(detections);
  precision.reserve(detections);
  std::int64_t right = 0, seen = 0;
  for (std::size_t i = 0; i < images.size(); ++i) {
    for (std::uint32_t copy = 0; copy < weights[i]; ++copy) {
      for (const bool hit : images[i].hits) {
        right += hit;
        ++seen;
        recall.push_back(static_cast<double>(right) / static_cast<double>(targets));
        precision.push_back(static_cast<double>(right) /
                            (static_cast<double>(seen) + std::numeric_limits<double>::epsilon()));
      }
    }
  }
  for (std::size_t i = precision.size(); i-- > 1;)
    precision[i - 1] = std::max(precision[i - 1], precision[i]);
  double sum = 0;
  for (int level = 0; level < kRecallLevels; ++level) {
    const double wanted = level == kRecallLevels - 1 ? 1.0 : level * 0.01;
    const auto reached = std::ranges::lower_bound(recall, wanted);
    if (reached == recall.end()) break;
    sum += precision[static_cast<std::size_t>(reached - recall.begin())];
  }
  return sum / kRecallLevels;
}

}  // namespace pixelsail
