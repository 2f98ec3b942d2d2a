#pragma once

/// Grounded conversation generation (data/gcg.h), as GLaMM's evaluation scores it: predictions
///   {"image_id":1,"caption":"..","phrases":["..",..],"masks":[RLE,..]}     the i-th mask belongs to phrase i
/// for every image of the caption file; split "val" unless request.split says otherwise.
///   ap50   average precision at IoU 0.5 of category 1, all scores 1 (metrics/average_precision.h); images rank
///          by ascending id. An image of the mask file without captions counts as one without predictions.
///   miou   mean over images of metrics/phrase_match.h's mean_paired_iou()
///   recall found phrases (match_phrases()) / labels of all images
///   meteor, cider and the other metrics of common/caption_scores.h's coco group
/// Two masks without any pixel have IoU 0 here; the published program divides 0 by 0 there and stops pairing.
///
/// Similarity of phrases: the file of option similarities is {"<image_id>":[[number,..],..]}, a row a predicted phrase,
/// a column a label of the image, in their order; the published evaluation takes the cosine of mean BERT-base
/// states. It must have every image with phrases and labels. Without it phrases that are equal but for case
/// (of ASCII letters) and blanks at their ends have similarity 1, others 0.

#include <string>

#include "annotations/gcg.h"
#include "annotations/published_prompts.h"
#include "benchmarks/benchmark.h"
#include "benchmarks/protocol.h"

namespace pixelsail {

struct GcgOptions {
  /// Empty: equal phrases match.
  std::string similarities;
  MeteorOptions meteor;
};

template <class Visitor>
void describe(Visitor& v, GcgOptions& c) {
  v.field("similarities", c.similarities, {.help = "gcg: JSON file with similarities of phrases"});
  describe(v, c.meteor);
}

QuestionSet ask_gcg(const BenchmarkConfig& config);
ScoreResult score_gcg(const ScoreRequest& request);
/// The same with annotations that have been read.
ScoreResult score_gcg(const GcgData& data, const ScoreRequest& request);
void check_gcg(const BenchmarkConfig& config, const CheckOptions& options, BenchmarkCheck& check);

constexpr Benchmark gcg_benchmark() {
  return {.name = "gcg",
          .published = {.split = "val", .prompt = kGcgPrompt},
          .ask = ask_gcg,
          .score = score_gcg,
          .check = check_gcg,
          .options = list_options<GcgOptions>,
          .files = "gcg/{val_gcg_coco_mask_gt.json, val_gcg_coco_caption_gt.json, val_test/*.jpg}"};
}

}  // namespace pixelsail
