#include <algorithm>
#include <cctype>
#include <utility>

#include "benchmarks/common/aligned_masks.h"
#include "benchmarks/common/caption_scores.h"
#include "benchmarks/common/mask_member.h"
#include "benchmarks/common/prediction_match.h"
#include "benchmarks/common/wanted.h"
#include "benchmarks/folder/folder.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

std::int64_t pixels(const Rle& rle) {
  return static_cast<std::int64_t>(rle_area(rle));
}

/// What two answers that mean the same have in common.
std::string plain(const std::string& text) {
  const auto begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string::npos) return {};
  std::string result = text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
  if (result.size() > 1 && result.ends_with('.')) result.pop_back();
  std::ranges::transform(result, result.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

AlignedMasks masks_score(const std::vector<Rle>& targets, const std::vector<Rle>& masks) {
  AlignedMasks score;
  for (std::size_t k = 0; k < targets.size(); ++k) {
    if (k < masks.size()) {
      const auto both = static_cast<std::int64_t>(rle_intersection(masks[k], targets[k]));
      score.add_pair(overlap_of_areas(both, pixels(masks[k]), pixels(targets[k])));
    } else {
      score.add_missing(pixels(targets[k]), MissingMasks::kCount);
    }
  }
  if (targets.empty()) score.add_pair(overlap_of_areas(0, masks.empty() ? 0 : pixels(merge_rles(masks)), 0));
  return score;
}

/// Scores of the questions that are answered with texts.
ScoreResult text_result(const ScoreRequest& request, const std::vector<CaptionSample>& texts) {
  ScoreResult result;
  std::string left_out;
  try {
    result = score_captions(request.benchmark, texts, {.coco = true, .nltk = false},
                            options_of<FolderOptions>(request.options).meteor);
  } catch (const DataError& error) {
    left_out = error.what();
    for (std::size_t i = 0; i < texts.size(); ++i) {
      ScoredSample sample{.id = texts[i].id, .unit = i};
      sample.detail["prediction"] = texts[i].prediction;
      sample.detail["references"] = texts[i].references;
      result.samples.push_back(std::move(sample));
    }
    result.draw = [](std::span<const std::uint32_t>) { return std::vector<double>(); };
    result.json["text_metrics"] = "left out: " + left_out;
  }
  std::vector<double> right(texts.size(), 0.0);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    right[i] = plain(texts[i].prediction) == plain(texts[i].references.front()) ? 1 : 0;
    OrderedJson detail{{"correct", right[i]}};
    detail.update(result.samples[i].detail);
    result.samples[i].detail = std::move(detail);
  }
  result.units = texts.size();
  result.metrics.insert(result.metrics.begin(), "accuracy");
  result.draw = [right, others = std::move(result.draw)](std::span<const std::uint32_t> weights) {
    double sum = 0, count = 0;
    for (std::size_t i = 0; i < right.size(); ++i) {
      sum += right[i] * weights[i];
      count += weights[i];
    }
    std::vector<double> values{count > 0 ? sum / count : 0.0};
    const std::vector<double> more = others(weights);
    values.insert(values.end(), more.begin(), more.end());
    return values;
  };
  return result;
}

/// Both kinds of questions in one result: the units of `first`, then those of `second`.
void append(ScoreResult& first, ScoreResult second) {
  first.strata = {first.units, second.units};
  for (ScoredSample& sample : second.samples) {
    sample.unit += first.units;
    first.samples.push_back(std::move(sample));
  }
  first.draw = [a = std::move(first.draw), b = std::move(second.draw),
                units = first.units](std::span<const std::uint32_t> weights) {
    std::vector<double> values = a(weights.first(units));
    const std::vector<double> more = b(weights.subspan(units));
    values.insert(values.end(), more.begin(), more.end());
    return values;
  };
  first.metrics.insert(first.metrics.end(), second.metrics.begin(), second.metrics.end());
  first.units += second.units;
}

/// The questions by kind, with the worst score each, until its prediction is read.
struct Asked {
  std::vector<std::string> ids, mask_ids;
  std::vector<AlignedMasks> masks;
  std::vector<CaptionSample> texts;
  std::vector<std::size_t> place;  ///< of each question among those of its kind
};

Asked sort_questions(const std::vector<const FolderQuestion*>& questions, const ScoreRequest& request) {
  const PolygonMerge merge = options_of<FolderOptions>(request.options).gt_merge;
  Asked asked;
  for (const FolderQuestion* one : questions) {
    const FolderQuestion& question = *one;
    asked.ids.push_back(question.id);
    if (!question.asks_masks()) {
      asked.place.push_back(asked.texts.size());
      asked.texts.push_back({.id = question.id, .prediction = {}, .references = {question.record.answer}});
      continue;
    }
    asked.place.push_back(asked.masks.size());
    asked.mask_ids.push_back(question.id);
    AlignedMasks wrong;
    const std::vector<Rle> targets = folder_targets(request.annotations, question, merge);
    for (const Rle& target : targets) wrong.add_wrong(pixels(target));
    if (targets.empty()) wrong.add_wrong(0);
    asked.masks.push_back(wrong);
  }
  return asked;
}

/// Adds the scores of the texts to those of the masks, if there are any.
void add_texts(ScoreResult& result, const ScoreRequest& request, const Asked& asked) {
  ScoreResult texts = text_result(request, asked.texts);
  result.json["texts"] = asked.texts.size();
  const std::vector<double> values = draw_all(texts.draw, texts.units);
  for (std::size_t m = 0; m < values.size(); ++m) result.json[texts.metrics[m]] = values[m];
  for (const char* key : {"text_metrics", "meteor_data"})
    if (texts.json.contains(key)) result.json[key] = texts.json[key];
  if (asked.masks.empty()) {
    texts.json = std::move(result.json);
    result = std::move(texts);
  } else {
    append(result, std::move(texts));
  }
}

}  // namespace

ScoreResult score_folder(const ScoreRequest& request) {
  return score_folder(load_folder_questions(request.annotations, split_of(request)), request);
}

ScoreResult score_folder(const FolderQuestions& all, const ScoreRequest& request) {
  const PolygonMerge merge = options_of<FolderOptions>(request.options).gt_merge;
  const std::vector<const FolderQuestion*> questions = wanted(all.questions, request);
  Asked asked = sort_questions(questions, request);
  const auto accept = [&](std::size_t i, const Json& line) {
    const FolderQuestion& question = *questions[i];
    if (question.asks_masks()) {
      if (question.height == 0) return;  // without its picture it was not answered
      asked.masks[asked.place[i]] = masks_score(folder_targets(request.annotations, question, merge),
                                                masks_member(line, question.height, question.width));
    } else {
      asked.texts[asked.place[i]].prediction = json_string(line, "prediction", "line");
    }
  };
  const PredictionFaults faults = match_predictions(request, asked.ids, id_from("id"), accept);

  ScoreResult result;
  result.json["benchmark"] = request.benchmark;
  result.json["split"] = split_of(request);
  result.json["gt_merge"] = name_of(merge);
  if (!asked.masks.empty()) add_aligned_scores(result, asked.masks, asked.mask_ids);
  if (!asked.texts.empty()) add_texts(result, request, asked);
  result.json["samples"] = asked.ids.size();
  if (all.without_picture > 0) result.json["without_picture"] = all.without_picture;
  add_faults(result.json, faults);
  return result;
}

}  // namespace pixelsail
