#pragma once

/// ReasonSeg (data/reasonseg.h): predictions {"id":"<json name without .json>","mask":RLE or null}; split
/// "val" unless request.split says otherwise. cIoU and gIoU of common/aligned_masks.h with one mask a sample.
///
/// Option ignore_label "published": the published script encodes the ground truth with its values 0, 1 and 255 as
/// run lengths and decodes it. The encoder starts a run at every change of value, the decoder alternates
/// between 0 and 1, so ignored pixels turn into object or background. "clean": they are left out of every count.
/// Option missing_masks: an answer without a mask adds nothing to cIoU's sums ("skip"), or an empty mask ("count").

#include <array>
#include <string>
#include <vector>

#include "annotations/published_prompts.h"
#include "annotations/reasonseg.h"
#include "benchmarks/benchmark.h"
#include "benchmarks/protocol.h"

namespace pixelsail {

enum class IgnoreLabel { kPublished, kClean };
constexpr std::array<EnumName<IgnoreLabel>, 2> enum_names(IgnoreLabel) {
  return {{{IgnoreLabel::kPublished, "published"}, {IgnoreLabel::kClean, "clean"}}};
}

struct ReasonSegOptions {
  MissingMasks missing_masks = MissingMasks::kSkip;
  IgnoreLabel ignore_label = IgnoreLabel::kPublished;
};

template <class Visitor>
void describe(Visitor& v, ReasonSegOptions& c) {
  missing_masks_field(v, c.missing_masks);
  v.field("ignore_label", c.ignore_label,
          {.help = "reasonseg: ignored pixels lost as published, or left out"});
}

QuestionSet ask_reasonseg(const BenchmarkConfig& config);
ScoreResult score_reasonseg(const ScoreRequest& request);
/// The same with samples that have been read.
ScoreResult score_reasonseg(const std::vector<ReasonSegSample>& samples, const ScoreRequest& request);
void check_reasonseg(const BenchmarkConfig& config, const CheckOptions& options, BenchmarkCheck& check);

constexpr Benchmark reasonseg_benchmark() {
  return {.name = "reasonseg",
          .published = {.split = "val",
                        .prompt = kReasonSegSentencePrompt,
                        .place = "question",
                        .phrase_prompt = kReasonSegPhrasePrompt},
          .ask = ask_reasonseg,
          .score = score_reasonseg,
          .check = check_reasonseg,
          .options = list_options<ReasonSegOptions>,
          .files = "reasonseg/val/{*.jpg, *.json}"};
}

}  // namespace pixelsail
