#include "annotations/coco_captions.h"
#include "benchmarks/common/caption_scores.h"
#include "benchmarks/region_captions/region_captions.h"

namespace pixelsail {

ScoreResult score_refcocog_caption(const ScoreRequest& request) {
  const auto path = request.annotations / "refcocog_caption" / "finetune_refcocog_val_captions.json";
  std::vector<CaptionSample> samples;
  for (CocoCaptions& image : load_coco_captions(path)) {
    if (request.wants(image.image_id))
      samples.push_back({.id = std::move(image.image_id), .references = std::move(image.captions)});
  }
  const PredictionFaults faults = read_captions(
      request, "image_id", [](const Json& line) { return json_string(line, "prediction", "caption"); },
      samples);
  ScoreResult result = score_captions(request.benchmark, samples, {.coco = true, .nltk = false},
                                      options_of<MeteorOptions>(request.options));
  add_faults(result.json, faults);
  return result;
}

}  // namespace pixelsail
