#pragma once

/// Region captions of RefCOCOg: {"image_id":..,"prediction":".."} a line, against
/// ROOT/refcocog_caption/finetune_refcocog_val_captions.json (COCO layout; every expression is an "image" of its
/// own). Metrics meteor, cider, bleu1..bleu4, rouge_l. A prediction that may be missing counts as an empty caption.

#include "annotations/published_prompts.h"
#include "benchmarks/benchmark.h"
#include "benchmarks/protocol.h"

namespace pixelsail {

QuestionSet ask_region_captions(const BenchmarkConfig& config);
ScoreResult score_refcocog_caption(const ScoreRequest& request);
void check_region_captions(const BenchmarkConfig& config, const CheckOptions& options, BenchmarkCheck& check);

constexpr Benchmark region_caption_benchmark() {
  return {.name = "refcocog_caption",
          .published = {.split = "val", .prompt = kRegionCaptionPrompt},
          .ask = ask_region_captions,
          .score = score_refcocog_caption,
          .check = check_region_captions,
          .options = list_options<MeteorOptions>,
          .files =
              "refcocog_caption/{finetune_refcocog_val_with_mask.json, "
              "finetune_refcocog_val_captions.json}, images/train2014/*.jpg"};
}

}  // namespace pixelsail
