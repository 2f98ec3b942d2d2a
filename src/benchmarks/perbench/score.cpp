#include "benchmarks/perbench/perbench.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "annotations/perbench.h"
#include "benchmarks/common/aligned_masks.h"
#include "benchmarks/common/caption_scores.h"
#include "benchmarks/common/mask_member.h"
#include "benchmarks/common/prediction_match.h"
#include "benchmarks/common/wanted.h"
#include "benchmarks/perbench/files.h"
#include "io/rle.h"
#include "metrics/perbench.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

/// "prediction" of every sample; nothing where it cannot be used.
std::vector<std::optional<std::string>> read_texts(const ScoreRequest& request,
                                                   const std::vector<std::string>& ids,
                                                   PredictionFaults& faults) {
  std::vector<std::optional<std::string>> texts(ids.size());
  faults = match_predictions(request, ids, id_from("id"), [&](std::size_t i, const Json& line) {
    texts[i] = json_string(line, "prediction", "prediction");
  });
  return texts;
}

std::string without(const std::string& text, const std::string& part) {
  std::string rest;
  std::size_t start = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, start)) {
    rest.append(text, start, at - start);
    start = at + part.size();
  }
  return rest.append(text, start);
}

/// `mask` is scored against the first target; the others have nothing against them.
void add_segmentation(AlignedMasks& score, const PerBenchSegmentation& sample, const std::optional<Rle>& mask,
                      MissingMasks rule) {
  const Rle& first = sample.targets.front();
  const auto first_pixels = static_cast<std::int64_t>(rle_area(first));
  if (mask) {
    score.add_pair(overlap_of_areas(static_cast<std::int64_t>(rle_intersection(*mask, first)),
                                    static_cast<std::int64_t>(rle_area(*mask)), first_pixels));
  } else {
    score.add_missing(first_pixels, rule);
  }
  for (std::size_t i = 1; i < sample.targets.size(); ++i) score.add_unpaired();
}

ScoreResult score_part(const ScoreRequest& request) {
  const std::filesystem::path& root = request.annotations;
  if (request.benchmark == "perbench_caption")
    return score_perbench_captions(load_perbench_captions(root), request);
  if (request.benchmark == "perbench_mcq")
    return score_perbench_choices(load_perbench_choices(root), request);
  if (request.benchmark == "perbench_vtres")
    return score_perbench_segmentations(load_perbench_segmentations(root), request);
  throw ConfigError("no part of PerBench: " + request.benchmark);
}

std::size_t place_of(const ScoreResult& result, const std::string& metric) {
  const auto found = std::ranges::find(result.metrics, metric);
  if (found == result.metrics.end()) throw ConfigError("perbench: metric " + metric + " is not scored");
  return static_cast<std::size_t>(found - result.metrics.begin());
}

/// The parts one after the other: captions, multiple choice, segmentation.
using Parts = std::array<ScoreResult, 3>;

/// `overall`, then the metrics of the parts.
ScoreDraw overall_draw(const Parts& parts, const std::string& meteor) {
  std::vector<std::pair<ScoreDraw, std::size_t>> draws;
  for (const ScoreResult& part : parts) draws.emplace_back(part.draw, part.units);
  const std::size_t meteor_at = place_of(parts[0], meteor), mask_at = place_of(parts[2], "ciou");
  return [draws = std::move(draws), meteor_at, mask_at](std::span<const std::uint32_t> weights) {
    std::vector<double> values{0.0};
    std::array<std::size_t, 3> first{};
    std::size_t unit = 0;
    for (std::size_t i = 0; i < draws.size(); ++i) {
      const std::vector<double> part = draws[i].first(weights.subspan(unit, draws[i].second));
      first.at(i) = values.size();
      values.insert(values.end(), part.begin(), part.end());
      unit += draws[i].second;
    }
    values[0] = perbench_overall(values[first[0] + meteor_at], values[first[1]], values[first[2] + mask_at],
                                 values[first[2] + mask_at + 1]);
    return values;
  };
}

ScoreResult score_all(const ScoreRequest& request) {
  const PerBenchFiles files = perbench_files(request);
  const std::array<std::pair<std::string, std::string>, 3> sources{
      {{"caption", files.caption}, {"mcq", files.mcq}, {"vtres", files.vtres}}};
  const MeteorRoles roles = options_of<PerBenchCaptionOptions>(request.options).meteor_roles;
  const std::string meteor = roles == MeteorRoles::kPublished ? "meteor_nltk" : "meteor_nltk_unswapped";
  const std::array<std::string, 3> sample_metrics{meteor, "correct", "iou"};
  Parts parts;
  ScoreResult result;
  result.metrics = {"overall"};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    ScoreRequest part = request;
    part.benchmark = "perbench_" + sources.at(i).first;
    part.predictions = {sources.at(i).second};
    parts.at(i) = score_part(part);
    for (const ScoredSample& sample : parts.at(i).samples) {
      ScoredSample renamed{.id = sources.at(i).first + ":" + sample.id, .unit = result.units + sample.unit};
      renamed.detail["score"] = sample.detail.at(sample_metrics.at(i));
      renamed.detail.update(sample.detail);
      result.samples.push_back(std::move(renamed));
    }
    result.units += parts.at(i).units;
    result.strata.push_back(parts.at(i).units);
    result.metrics.insert(result.metrics.end(), parts.at(i).metrics.begin(), parts.at(i).metrics.end());
  }
  result.draw = overall_draw(parts, meteor);
  const std::vector<double> values = draw_all(result.draw, result.units);
  result.json["benchmark"] = request.benchmark;
  result.json["meteor_roles"] = name_of(roles);
  for (std::size_t m = 0; m < values.size(); ++m) result.json[result.metrics[m]] = values[m];
  for (std::size_t i = 0; i < parts.size(); ++i) {
    parts.at(i).json.erase("benchmark");
    result.json["parts"][sources.at(i).first] = parts.at(i).json;
  }
  return result;
}

}  // namespace

ScoreResult score_perbench_captions(const std::vector<PerBenchCaption>& all, const ScoreRequest& request) {
  const std::vector<const PerBenchCaption*> samples = wanted(all, request);
  PredictionFaults faults;
  const auto texts = read_texts(request, ids_of(samples), faults);
  std::vector<CaptionSample> captions;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    captions.push_back({.id = samples[i]->id,
                        .prediction = clean_perbench_caption(texts[i].value_or("")),
                        .references = {samples[i]->caption}});
  }
  const MeteorOptions files{.wordnet = options_of<PerBenchCaptionOptions>(request.options).wordnet};
  ScoreResult result =
      score_captions(request.benchmark, captions, CaptionMetrics{.coco = false, .nltk = true}, files);
  add_faults(result.json, faults);
  return result;
}

ScoreResult score_perbench_choices(const std::vector<PerBenchChoice>& all, const ScoreRequest& request) {
  const std::vector<const PerBenchChoice*> samples = wanted(all, request);
  PredictionFaults faults;
  const auto texts = read_texts(request, ids_of(samples), faults);
  ScoreResult result;
  std::vector<double> rows;
  std::int64_t right = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const bool correct = texts[i] && texts[i]->find(samples[i]->answer) != std::string::npos;
    right += correct;
    rows.insert(rows.end(), {correct ? 1.0 : 0.0, 1.0});
    OrderedJson detail;
    detail["correct"] = correct ? 1 : 0;
    detail["answer"] = samples[i]->answer;
    detail["prediction"] = texts[i].value_or("");
    result.samples.push_back({.id = samples[i]->id, .unit = i, .detail = std::move(detail)});
  }
  result.metrics = {"accuracy"};
  result.units = samples.size();
  result.draw = additive_draw(2, std::move(rows), [](std::span<const double> sums) {
    return std::vector<double>{sums[1] == 0 ? 0.0 : sums[0] / sums[1]};
  });
  result.json["benchmark"] = request.benchmark;
  result.json["samples"] = samples.size();
  result.json["correct"] = right;
  result.json["accuracy"] = draw_all(result.draw, result.units).front();
  add_faults(result.json, faults);
  return result;
}

ScoreResult score_perbench_segmentations(const std::vector<PerBenchSegmentation>& all,
                                         const ScoreRequest& request) {
  const MissingMasks rule = options_of<PerBenchSegmentationOptions>(request.options).missing_masks;
  const std::vector<const PerBenchSegmentation*> samples = wanted(all, request);
  const std::vector<std::string> ids = ids_of(samples);
  std::vector<AlignedMasks> scores(samples.size());
  std::vector<bool> scored(samples.size(), false);
  const auto accept = [&](std::size_t i, const Json& line) {
    const Rle& target = samples[i]->targets.front();
    add_segmentation(scores[i], *samples[i], mask_member(line, target.height, target.width), rule);
    scored[i] = true;
  };
  const PredictionFaults faults = match_predictions(request, ids, id_from("id"), accept);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (scored[i]) continue;
    scores[i].add_wrong(static_cast<std::int64_t>(rle_area(samples[i]->targets.front())));
    for (std::size_t k = 1; k < samples[i]->targets.size(); ++k) scores[i].add_unpaired();
  }
  ScoreResult result;
  result.json["benchmark"] = request.benchmark;
  result.json["missing_masks_rule"] = name_of(rule);
  add_aligned_scores(result, scores, ids);
  for (std::size_t i = 0; i < samples.size(); ++i)
    result.samples[i].detail["question"] = samples[i]->question;
  add_faults(result.json, faults);
  return result;
}

std::string clean_perbench_caption(const std::string& answer) {
  constexpr const char* kBlank = " \t\n\v\f\r";
  const std::string text = without(without(answer, "<Prompt0>"), "<|endoftext|>");
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

ScoreResult score_perbench(const ScoreRequest& request) {
  return request.benchmark == "perbench" ? score_all(request) : score_part(request);
}

}  // namespace pixelsail
