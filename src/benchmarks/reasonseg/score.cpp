#include "benchmarks/reasonseg/reasonseg.h"

#include <algorithm>
#include <optional>

#include "benchmarks/common/aligned_masks.h"
#include "benchmarks/common/mask_member.h"
#include "benchmarks/common/prediction_match.h"
#include "benchmarks/common/wanted.h"
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

ReasonSegTarget target_of(const ReasonSegSample& sample, IgnoreLabel ignore_label) {
  const std::vector<std::uint8_t> values = reasonseg_values(sample);
  if (ignore_label == IgnoreLabel::kPublished || std::ranges::find(values, kReasonSegIgnored) == values.end())
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
  return score_reasonseg(load_reasonseg(request.annotations, split_of(request)), request);
}

ScoreResult score_reasonseg(const std::vector<ReasonSegSample>& all, const ScoreRequest& request) {
  const auto options = options_of<ReasonSegOptions>(request.options);
  const std::vector<const ReasonSegSample*> samples = wanted(all, request);
  const std::vector<std::string> ids = ids_of(samples);
  std::vector<AlignedMasks> scores(samples.size());
  std::vector<bool> scored(samples.size(), false);
  const auto accept = [&](std::size_t i, const Json& line) {
    const ReasonSegSample& sample = *samples[i];
    const std::optional<Rle> mask = mask_member(line, sample.height, sample.width);
    const ReasonSegTarget target = target_of(sample, options.ignore_label);
    if (mask) {
      scores[i].add_pair(overlap_of(target, *mask));
    } else {
      scores[i].add_missing(static_cast<std::int64_t>(rle_area(target.object)), options.missing_masks);
    }
    scored[i] = true;
  };
  const PredictionFaults faults = match_predictions(request, ids, id_from("id"), accept);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (scored[i]) continue;
    const ReasonSegTarget target = target_of(*samples[i], options.ignore_label);
    scores[i].add_wrong(static_cast<std::int64_t>(rle_area(target.object)));
  }
  ScoreResult result;
  result.json["benchmark"] = request.benchmark;
  result.json["split"] = split_of(request);
  result.json["ignore_label"] = name_of(options.ignore_label);
  result.json["missing_masks_rule"] = name_of(options.missing_masks);
  add_aligned_scores(result, scores, ids);
  for (std::size_t i = 0; i < samples.size(); ++i) result.samples[i].detail["text"] = samples[i]->text;
  add_faults(result.json, faults);
  return result;
}

}  // namespace pixelsail
