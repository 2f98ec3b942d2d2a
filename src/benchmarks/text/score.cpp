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

}  // namespace

ScoreResult score_text(const ScoreRequest& request) {
  if (request.references.empty()) throw ConfigError("text needs a file of references (--references)");
  std::vector<CaptionSample> samples = read_references(request.references);
  const auto only_text = [](const Json& line) {
    std::vector<std::string> texts = texts_of(line);
    if (texts.size() != 1) throw DataError("a prediction is one text, not " + std::to_string(texts.size()));
    return texts.front();
  };
  const PredictionFaults faults = read_captions(request, "id", only_text, samples);
  ScoreResult result = score_captions(request.benchmark, samples, {.coco = true, .nltk = true},
                                      options_of<MeteorOptions>(request.options));
  add_faults(result.json, faults);
  return result;
}

}  // namespace pixelsail
