#include "benchmarks/text/text.h"

#include "annotations/coco_captions.h"
#include "benchmarks/common/caption_scores.h"
#include "benchmarks/common/prediction_match.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

/// "text" as one text, or "texts" as a list of them.
std::vector<std::string> texts_of(const Json& line) {
  if (!line.contains("texts")) return {json_string(line, "text", "caption")};
  const Json& list = line.at("texts");
  if (!list.is_array() || list.empty()) throw DataError("\"texts\" should be a list of texts");
  std::vector<std::string> texts;
  for (const Json& text : list) {
    if (!text.is_string())
      throw DataError(std::string("\"texts\" should hold texts, not ") + text.type_name());
    texts.push_back(text.get<std::string>());
  }
  return texts;
}

std::vector<CaptionSample> read_references(const std::filesystem::path& path) {
  std::vector<CaptionSample> samples;
  read_jsonl(path, [&](Json&& line, std::size_t) {
    samples.push_back({.id = id_member(line, "id"), .references = texts_of(line)});
  });
  return samples;
}

/// Fills in the predictions; `text_of` takes one from its line.
PredictionFaults read_predictions(const ScoreRequest& request, const char* id_key,
                                  const std::function<std::string(const Json&)>& text_of,
                                  std::vector<CaptionSample>& samples) {
  std::vector<std::string> ids;
  for (const CaptionSample& sample : samples) ids.push_back(sample.id);
  return match_predictions(
      request.predictions.front(), ids, id_from(id_key),
      [&](std::size_t i, const Json& line) { samples[i].prediction = text_of(line); }, request.allow_missing);
}

}  // namespace

ScoreResult score_refcocog_caption(const ScoreRequest& request) {
  const auto path = request.annotations / "refcocog_caption" / "finetune_refcocog_val_captions.json";
  std::vector<CaptionSample> samples;
  for (CocoCaptions& image : load_coco_captions(path)) {
    if (request.wants(image.image_id))
      samples.push_back({.id = std::move(image.image_id), .references = std::move(image.captions)});
  }
  const PredictionFaults faults = read_predictions(
      request, "image_id", [](const Json& line) { return json_string(line, "prediction", "caption"); },
      samples);
  ScoreResult result = score_captions(request.benchmark, samples, {.coco = true, .nltk = false}, request);
  add_faults(result.json, faults);
  return result;
}

ScoreResult score_text(const ScoreRequest& request) {
  if (request.references.empty()) throw ConfigError("text needs a file of references (--references)");
  std::vector<CaptionSample> samples = read_references(request.references);
  const auto only_text = [](const Json& line) {
    std::vector<std::string> texts = texts_of(line);
    if (texts.size() != 1) throw DataError("a prediction is one text, not " + std::to_string(texts.size()));
    return texts.front();
  };
  const PredictionFaults faults = read_predictions(request, "id", only_text, samples);
  ScoreResult result = score_captions(request.benchmark, samples, {.coco = true, .nltk = true}, request);
  add_faults(result.json, faults);
  return result;
}

}  // namespace pixelsail
