#include "benchmarks/common/aligned_masks.h"

#include <utility>

#include "metrics/segmentation_score.h"

namespace pixelsail {
namespace {

constexpr double kCiouSmoothing = 1e-10;

}  // namespace

void AlignedMasks::add_pair(const MaskOverlap& overlap) {
  ++targets_;
  intersection_ += overlap.intersection;
  union_ += overlap.union_pixels;
  smoothed_iou_sum_ += smoothed_iou(overlap);
  iou_sum_ += overlap.iou();
}

void AlignedMasks::add_missing(std::int64_t target_pixels, MissingMasks rule) {
  ++missing_;
  if (rule == MissingMasks::kSkip) {
    ++targets_;
  } else {
    add_pair(overlap_of_areas(0, 0, target_pixels));
  }
}

void AlignedMasks::add_wrong(std::int64_t target_pixels) {
  ++targets_;
  union_ += target_pixels;
}

std::vector<double> AlignedMasks::sums() const {
  return {static_cast<double>(intersection_), static_cast<double>(union_), smoothed_iou_sum_,
          static_cast<double>(targets_)};
}

OrderedJson AlignedMasks::detail() const {
  OrderedJson json;
  json["iou"] = targets_ == 0 ? 0.0 : iou_sum_ / static_cast<double>(targets_);
  json["intersection"] = intersection_;
  json["union"] = union_;
  return json;
}

void add_aligned_scores(ScoreResult& result, const std::vector<AlignedMasks>& samples,
                        const std::vector<std::string>& ids) {
  std::vector<double> rows;
  std::int64_t targets = 0, missing = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const std::vector<double> row = samples[i].sums();
    rows.insert(rows.end(), row.begin(), row.end());
    targets += samples[i].targets();
    missing += samples[i].missing();
    result.samples.push_back({.id = ids[i], .unit = i, .detail = samples[i].detail()});
  }
  result.metrics = {"ciou", "giou"};
  result.units = samples.size();
  result.draw = additive_draw(4, std::move(rows), [](std::span<const double> sums) {
    const double giou = sums[3] == 0 ? 0.0 : sums[2] / sums[3];
    return std::vector<double>{sums[0] / (sums[1] + kCiouSmoothing), giou};
  });
  const std::vector<double> values = draw_all(result.draw, result.units);
  result.json["samples"] = samples.size();
  result.json["masks"] = targets;
  result.json["missing_masks"] = missing;
  for (std::size_t i = 0; i < values.size(); ++i) result.json[result.metrics[i]] = values[i];
}

}  // namespace pixelsail
