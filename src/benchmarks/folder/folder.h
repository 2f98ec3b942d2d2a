#pragma once

/// One's own folder (annotations/folder_questions.h): predictions {"id":"<line>","masks":[RLE..],"prediction":".."},
/// the id being the number of the line in samples.jsonl; split "val" unless request.split says otherwise.
///
/// Questions whose answer is masks: cIoU and gIoU of common/aligned_masks.h, masks in order, a missing one counts as
/// empty; "no target" is right (IoU 1) when no mask, or an empty one, is predicted, else its pixels count as wrong.
/// Questions whose answer is a text: accuracy (equal but for case, outer blanks and a full stop at the end) and the
/// caption metrics meteor, cider, bleu1..bleu4, rouge_l; without WordNet accuracy alone, and "text_metrics" says why.

#include "annotations/folder_questions.h"
#include "annotations/published_prompts.h"
#include "benchmarks/benchmark.h"
#include "benchmarks/protocol.h"

namespace pixelsail {

struct FolderOptions {
  PolygonMerge gt_merge = PolygonMerge::kUnion;
  MeteorOptions meteor;
};

template <class Visitor>
void describe(Visitor& v, FolderOptions& c) {
  gt_merge_field(v, c.gt_merge);
  describe(v, c.meteor);
}

QuestionSet ask_folder(const BenchmarkConfig& config);
ScoreResult score_folder(const ScoreRequest& request);
/// The same with questions that have been read.
ScoreResult score_folder(const FolderQuestions& questions, const ScoreRequest& request);
void check_folder(const BenchmarkConfig& config, const CheckOptions& options, BenchmarkCheck& check);

constexpr Benchmark folder_benchmark() {
  return {.name = "folder",
          .published = {.split = "val", .prompt = kPlainPrompt, .place = "question"},
          .ask = ask_folder,
          .score = score_folder,
          .check = check_folder,
          .options = list_options<FolderOptions>,
          .files = "samples.jsonl, images/, masks/ (docs/howto_dataset.md)"};
}

}  // namespace pixelsail
