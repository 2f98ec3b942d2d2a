#include "benchmarks/reasonseg/reasonseg.h"

#include <algorithm>
#include <optional>

#include "annotations/reasonseg.h"
#include "benchmarks/common/aligned_masks.h"
#include "benchmarks/common/mask_member.h"
#include "benchmarks/common/prediction_match.h"
#include "io/rle.h"

namespace pixelsail {
namespace {

struct ReasonSegTarget {
  Rle object;
  /// Pixels left out of the counts; nothing when there are none.
  std::optional<Rle> ignored;
};

Rle pixels_of_value(const std::vector<std::uint8_t>& values, const ReasonSegSample& sample,
                    std::uint8_t value) {
  std::vector<std::uint8_t> chosen(values.size());
  std::ranges::transform(values, chosen.begin(), [value](std::uint8_t v) { return v == value; });
  return encode_values(chosen, sample.height, sample.width);
}

ReasonSegTarget target_of(const ReasonSegSample& sample, bool through_rle) {
  const std::vector<std::uint8_t> values = reasonseg_values(sample);
  if (through_rle || std::ranges::find(values, kReasonSegIgnored) == values.end())
    return {.object = encode_values(values, sample.height, sample.width), .ignored = std::nullopt};
  return {.object = pixels_of_value(values, sample, 1),
          .ignored = pixels_of_value(values, sample, kReasonSegIgnored)};
}

MaskOverlap overlap_of(const ReasonSegTarget& target, const Rle& mask) {
  std::uint64_t predicted = rle_area(mask);
  if (target.ignored) predicted -= rle_intersection(mask, *target.ignored);
  return overlap_of_areas(static_cast<std::int64_t>(rle_intersection(mask, target.object)),
                          static_cast<std::int64_t>(predicted),
                          static_cast<std::int64_t>(rle_area(target.object)));
}

}  // namespace

ScoreResult score_reasonseg(const ScoreRequest& request) {
  const std::string split = request.split.empty() ? "val" : request.split;
  std::vector<ReasonSegSample> samples = load_reasonseg(request.annotations, split);
  std::erase_if(samples, [&](const ReasonSegSample& sample) { return !request.wants(sample.id); });
  std::vector<std::string> ids;
  std::vector<AlignedMasks> scores(samples.size());
  std::vector<bool> scored(samples.size(), false);
  for (const ReasonSegSample& sample : samples) ids.push_back(sample.id);
  const auto accept = [&](std::size_t i, const Json& line) {
    const ReasonSegSample& sample = samples[i];
    const std::optional<Rle> mask = mask_member(line, sample.height, sample.width);
    const ReasonSegTarget target = target_of(sample, request.ignore_through_rle);
    if (mask) {
      scores[i].add_pair(overlap_of(target, *mask));
    } else {
      scores[i].add_missing(static_cast<std::int64_t>(rle_area(target.object)), request.skip_missing_masks);
    }
    scored[i] = true;
  };
  const PredictionFaults faults =
      match_predictions(request.predictions.front(), ids, id_from("id"), accept, request.allow_missing);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (scored[i]) continue;
    const ReasonSegTarget target = target_of(samples[i], request.ignore_through_rle);
    scores[i].add_wrong(static_cast<std::int64_t>(rle_area(target.object)));
  }
  ScoreResult result;
  result.json["benchmark"] = request.benchmark;
  result.json["split"] = split;
  result.json["ignore_label"] = request.ignore_through_rle ? "published" : "clean";
  result.json["missing_masks_rule"] = request.skip_missing_masks ? "skip" : "count";
  add_aligned_scores(result, scores, ids);
  for (std::size_t i = 0; i < samples.size(); ++i) result.samples[i].detail["text"] = samples[i].text;
  add_faults(result.json, faults);
  return result;
}

}  // namespace pixelsail
