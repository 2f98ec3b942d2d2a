#pragma once

/// PerBench (data/perbench.h), one benchmark a part and all of them together:
///   perbench_caption  {"id":"<n>:<k>","prediction":".."}
///     `meteor_nltk` and `meteor_nltk_unswapped` (common/caption_scores.h), after "<Prompt0>" and
///     "<|endoftext|>" are taken out of the prediction and blanks off its ends
///   perbench_mcq      {"id":"<n>:<k>","prediction":".."}
///     `accuracy`: the true answer occurs in the prediction, in the same case
///   perbench_vtres    {"id":"<n>","mask":RLE or null}
///     `ciou`, `giou` of common/aligned_masks.h: the mask against the first target. Of T targets all count in
///     gIoU's divisor, as published, so two targets limit a sample to one half. Without a mask nothing is
///     added to cIoU's sums (option missing_masks "count": an empty mask against the first target).
///   perbench          the three, and `overall` (metrics/perbench.h, 0..100), with the METEOR that
///                     option meteor_roles chooses

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "annotations/perbench.h"
#include "annotations/published_prompts.h"
#include "benchmarks/benchmark.h"
#include "benchmarks/protocol.h"

namespace pixelsail {

/// All four, by request.benchmark. For "perbench" request.predictions holds the three files, each as
/// "caption=FILE", "mcq=FILE", "vtres=FILE" or a bare path, which is told by its content: lines with a member
/// "mask" are vtres, the others go by the annotations whose ids they have. Throws ConfigError when a part is
/// missing, given twice or cannot be told.
ScoreResult score_perbench(const ScoreRequest& request);

/// The parts with samples that have been read.
ScoreResult score_perbench_captions(const std::vector<PerBenchCaption>& samples, const ScoreRequest& request);
ScoreResult score_perbench_choices(const std::vector<PerBenchChoice>& samples, const ScoreRequest& request);
ScoreResult score_perbench_segmentations(const std::vector<PerBenchSegmentation>& samples,
                                         const ScoreRequest& request);

/// What the published script does to an answer before it is scored as a caption.
std::string clean_perbench_caption(const std::string& answer);

QuestionSet ask_perbench(const BenchmarkConfig& config);
void check_perbench(const BenchmarkConfig& config, const CheckOptions& options, BenchmarkCheck& check);

/// Which text is the hypothesis of METEOR: as published prediction and reference change places.
enum class MeteorRoles { kPublished, kClean };
constexpr std::array<EnumName<MeteorRoles>, 2> enum_names(MeteorRoles) {
  return {{{MeteorRoles::kPublished, "published"}, {MeteorRoles::kClean, "clean"}}};
}

struct PerBenchCaptionOptions {
  MeteorRoles meteor_roles = MeteorRoles::kPublished;
  std::string wordnet = MeteorOptions().wordnet;
};
struct PerBenchSegmentationOptions {
  MissingMasks missing_masks = MissingMasks::kSkip;
};
struct PerBenchOptions {
  PerBenchCaptionOptions caption;
  PerBenchSegmentationOptions segmentation;
};

template <class Visitor>
void describe(Visitor& v, PerBenchCaptionOptions& c) {
  v.field("meteor_roles", c.meteor_roles,
          {.help = "perbench_caption: prediction and reference swapped or not"});
  wordnet_field(v, c.wordnet);
}
template <class Visitor>
void describe(Visitor& v, PerBenchSegmentationOptions& c) {
  missing_masks_field(v, c.missing_masks);
}
template <class Visitor>
void describe(Visitor& v, PerBenchOptions& c) {
  describe(v, c.caption);
  describe(v, c.segmentation);
}

constexpr Benchmark perbench_caption_benchmark() {
  return {.name = "perbench_caption",
          .published = {.prompt = kPerBenchCaptionPrompt},
          .ask = ask_perbench,
          .score = score_perbench,
          .check = check_perbench,
          .options = list_options<PerBenchCaptionOptions>,
          .files = "perbench/{STBench_Detailed_Caption.json, masa_sam_500k/}"};
}

constexpr Benchmark perbench_choice_benchmark() {
  return {.name = "perbench_mcq",
          .published = {.prompt = kPerBenchChoicePrompt, .place = "question"},
          .ask = ask_perbench,
          .score = score_perbench,
          .check = check_perbench,
          .files = "perbench/{STBench_MCQ.json, masa_sam_500k/}"};
}

constexpr Benchmark perbench_segmentation_benchmark() {
  return {.name = "perbench_vtres",
          .published = {.prompt = kPlainPrompt, .place = "question", .retry_prefix = kSegmentAnswer},
          .ask = ask_perbench,
          .score = score_perbench,
          .check = check_perbench,
          .options = list_options<PerBenchSegmentationOptions>,
          .files = "perbench/{STBench_VRES.json, masa_sam_500k/}"};
}

constexpr Benchmark perbench_benchmark() {
  return {
      .name = "perbench", .score = score_perbench, .options = list_options<PerBenchOptions>, .most_files = 3};
}

}  // namespace pixelsail
