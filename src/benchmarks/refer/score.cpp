#include "benchmarks/refer/refer.h"

#include <algorithm>
#include <map>

#include "benchmarks/common/prediction_match.h"
#include "benchmarks/refer/expression_scores.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

std::string sample_id(std::int64_t ref_id, std::int64_t sent_id) {
  return std::to_string(ref_id) + ':' + std::to_string(sent_id);
}

/// One prediction for each expression, in their order; where none can be used an empty one (never without
/// request.allow_missing).
std::vector<Prediction> aligned_predictions(const ReferData& data,
                                            const std::vector<ReferExpression>& expressions,
                                            const ScoreRequest& request, PredictionFaults& faults) {
  std::vector<std::string> ids;
  std::vector<Prediction> predictions;
  ids.reserve(expressions.size());
  predictions.reserve(expressions.size());
  for (const ReferExpression& e : expressions) {
    ids.push_back(sample_id(e.ref_id, e.sent_id));
    predictions.push_back({.ref_id = e.ref_id, .sent_id = e.sent_id, .image_id = e.image_id});
  }
  faults = match_predictions(
      request, ids,
      [](const Json& line) {
        return sample_id(json_int(line, "ref_id", "prediction"), json_int(line, "sent_id", "prediction"));
      },
      [&](std::size_t i, const Json& line) {
        Prediction prediction = prediction_from_json(line);
        if (prediction.image_id != expressions[i].image_id) {
          throw DataError("says image " + std::to_string(prediction.image_id) + ", it is " +
                          std::to_string(expressions[i].image_id));
        }
        const std::string misfit = mask_misfit(prediction, data.image(prediction.image_id));
        if (!misfit.empty()) throw DataError("the mask " + misfit);
        predictions[i] = std::move(prediction);
      });
  return predictions;
}

std::vector<std::string> metric_names(ScoreRule rule) {
  std::vector<std::string> names{"ciou", "giou"};
  for (const char* threshold : kPrecisionNames) names.push_back(std::string("pr") + threshold);
  if (rule == ScoreRule::kNoTarget) names.insert(names.end(), {"n_acc", "t_acc"});
  return names;
}

std::vector<double> metric_values(const SegmentationScore& score, ScoreRule rule) {
  std::vector<double> values{score.ciou, score.giou};
  values.insert(values.end(), score.precision.begin(), score.precision.end());
  if (rule == ScoreRule::kNoTarget) values.insert(values.end(), {score.n_acc, score.t_acc});
  return values;
}

double sample_iou(const SegmentationSample& sample, ScoreRule rule) {
  if (rule == ScoreRule::kPlain) return sample.overlap.iou();
  if (sample.target_is_none || sample.predicted_none) return sample.target_is_none && sample.predicted_none;
  return sample.overlap.union_pixels == 0 ? 0.0 : sample.overlap.iou();
}

ScoredSample scored_sample(const Prediction& prediction, const SegmentationSample& sample,
                           const std::string& sentence, std::size_t unit, ScoreRule rule) {
  OrderedJson detail;
  detail["iou"] = sample_iou(sample, rule);
  detail["intersection"] = sample.overlap.intersection;
  detail["union"] = sample.overlap.union_pixels;
  if (rule == ScoreRule::kNoTarget) {
    detail["no_target"] = sample.target_is_none;
    detail["predicted_none"] = sample.predicted_none;
  }
  detail["sentence"] = sentence;
  return {.id = sample_id(prediction.ref_id, prediction.sent_id), .unit = unit, .detail = std::move(detail)};
}

}  // namespace

ScoreResult score_refer_benchmark(const ScoreRequest& request) {
  if (request.split.empty()) throw ConfigError(request.benchmark + " needs a split (--split)");
  return score_refer_benchmark(
      ReferData::load(refer_root(request.annotations, request.benchmark), request.benchmark, request.split,
                      request.split_by, ReferScope::kTargets),
      request);
}

ScoreResult score_refer_benchmark(const ReferData& data, const ScoreRequest& request) {
  std::vector<ReferExpression> expressions = data.expressions();
  std::erase_if(expressions,
                [&](const ReferExpression& e) { return !request.wants(sample_id(e.ref_id, e.sent_id)); });
  PredictionFaults faults;
  const std::vector<Prediction> predictions = aligned_predictions(data, expressions, request, faults);
  const ReferScore score =
      score_refer(data, request.split, expressions, predictions, options_of<ScoreOptions>(request.options),
                  request.predictions.front());
  const ScoreRule rule = score_rule(score.benchmark);
  ScoreResult result;
  result.json = score_to_json(score);
  add_faults(result.json, faults);
  result.metrics = metric_names(rule);
  std::map<std::int64_t, std::size_t> unit_of_image;
  std::vector<std::size_t> units;
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    const auto unit = unit_of_image.emplace(predictions[i].image_id, unit_of_image.size()).first->second;
    units.push_back(unit);
    result.samples.push_back(
        scored_sample(predictions[i], score.samples[i], expressions[i].sentence, unit, rule));
  }
  result.units = unit_of_image.size();
  result.draw = [rule, samples = score.samples, units](std::span<const std::uint32_t> weights) {
    SegmentationScorer scorer(rule);
    for (std::size_t i = 0; i < samples.size(); ++i) {
      if (const auto times = weights[units[i]]; times > 0) scorer.add(samples[i], times);
    }
    return metric_values(scorer.result(), rule);
  };
  return result;
}

}  // namespace pixelsail
