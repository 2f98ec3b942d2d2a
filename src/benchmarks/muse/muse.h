#pragma once

/// MUSE (data/muse.h): predictions {"id":"<n>:<k>","masks":[RLE..]}; split "val" unless request.split says
/// otherwise.
///
/// cIoU and gIoU of common/aligned_masks.h, the k-th mask against the k-th object, as the released evaluation
/// of PixelLM does (the paper's own score, with a language model in it, is not released). That evaluation
/// cuts both lists to the shorter one: objects without a mask only count in gIoU's divisor, masks without an
/// object not at all. Option missing_masks "count": objects without a mask are paired with an empty one.
/// PixelLM's ground truth is gt_merge "lisa_sum".

#include "annotations/muse.h"
#include "annotations/published_prompts.h"
#include "benchmarks/benchmark.h"
#include "benchmarks/protocol.h"

namespace pixelsail {

struct MuseOptions {
  PolygonMerge gt_merge = PolygonMerge::kUnion;
  MissingMasks missing_masks = MissingMasks::kSkip;
};

template <class Visitor>
void describe(Visitor& v, MuseOptions& c) {
  gt_merge_field(v, c.gt_merge);
  missing_masks_field(v, c.missing_masks);
}

QuestionSet ask_muse(const BenchmarkConfig& config);
ScoreResult score_muse(const ScoreRequest& request);
/// The same with samples that have been read with the request's gt_merge.
ScoreResult score_muse(const std::vector<MuseSample>& samples, const ScoreRequest& request);
void check_muse(const BenchmarkConfig& config, const CheckOptions& options, BenchmarkCheck& check);

constexpr Benchmark muse_benchmark() {
  return {.name = "muse",
          .published = {.split = "val", .prompt = kMusePrompt, .place = "question"},
          .ask = ask_muse,
          .score = score_muse,
          .check = check_muse,
          .options = list_options<MuseOptions>,
          .files = "muse/muse_val.json, images/train2014/*.jpg"};
}

}  // namespace pixelsail
