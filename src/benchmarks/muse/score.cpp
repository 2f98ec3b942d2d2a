#include "benchmarks/muse/muse.h"

#include "benchmarks/common/aligned_masks.h"
#include "benchmarks/common/mask_member.h"
#include "benchmarks/common/prediction_match.h"
#include "benchmarks/common/wanted.h"

#include "io/rle.h"

namespace pixelsail {
namespace {

std::int64_t pixels(const Rle& rle) {
  return static_cast<std::int64_t>(rle_area(rle));
}

}  // namespace

ScoreResult score_muse(const ScoreRequest& request) {
  return score_muse(
      load_muse(request.annotations, split_of(request), options_of<MuseOptions>(request.options).gt_merge),
      request);
}

ScoreResult score_muse(const std::vector<MuseSample>& all, const ScoreRequest& request) {
  const auto options = options_of<MuseOptions>(request.options);
  const std::vector<const MuseSample*> samples = wanted(all, request);
  const std::vector<std::string> ids = ids_of(samples);
  std::int64_t merge_differs = 0, extra = 0;
  for (const MuseSample* sample : samples) merge_differs += sample->merge_differs;
  std::vector<AlignedMasks> scores(samples.size());
  std::vector<bool> scored(samples.size(), false);
  const auto accept = [&](std::size_t i, const Json& line) {
    const MuseSample& sample = *samples[i];
    const std::vector<Rle> masks = masks_member(line, sample.height, sample.width);
    for (std::size_t k = 0; k < sample.targets.size(); ++k) {
      const Rle& target = sample.targets[k];
      if (k < masks.size()) {
        const auto both = static_cast<std::int64_t>(rle_intersection(masks[k], target));
        scores[i].add_pair(overlap_of_areas(both, pixels(masks[k]), pixels(target)));
      } else {
        scores[i].add_missing(pixels(target), options.missing_masks);
      }
    }
    if (masks.size() > sample.targets.size())
      extra += static_cast<std::int64_t>(masks.size() - sample.targets.size());
    scored[i] = true;
  };
  const PredictionFaults faults = match_predictions(request, ids, id_from("id"), accept);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (scored[i]) continue;
    for (const Rle& target : samples[i]->targets) scores[i].add_wrong(pixels(target));
  }
  ScoreResult result;
  result.json["benchmark"] = request.benchmark;
  result.json["split"] = split_of(request);
  result.json["gt_merge"] = name_of(options.gt_merge);
  result.json["missing_masks_rule"] = name_of(options.missing_masks);
  add_aligned_scores(result, scores, ids);
  result.json["extra_masks"] = extra;
  if (options.gt_merge != PolygonMerge::kUnion) result.json["merge_differs"] = merge_differs;
  for (std::size_t i = 0; i < samples.size(); ++i)
    result.samples[i].detail["question"] = samples[i]->question;
  add_faults(result.json, faults);
  return result;
}

}  // namespace pixelsail
