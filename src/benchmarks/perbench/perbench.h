#pragma once

/// PerBench (data/perbench.h), one benchmark a part and all of them together:
///   perbench_caption  {"id":"<n>:<k>","prediction":".."}
///     `meteor_nltk` and `meteor_nltk_unswapped` (score/caption_scores.h), after "<Prompt0>" and
///     "<|endoftext|>" are taken out of the prediction and blanks off its ends
///   perbench_mcq      {"id":"<n>:<k>","prediction":".."}
///     `accuracy`: the true answer occurs in the prediction, in the same case
///   perbench_vtres    {"id":"<n>","mask":RLE or null}
///     `ciou`, `giou` of score/aligned_masks.h: the mask against the first target. Of T targets all count in
///     gIoU's divisor, as published, so two targets limit a sample to one half. Without a mask nothing is
///     added to cIoU's sums (request.skip_missing_masks off: an empty mask against the first target).
///   perbench          the three, and `overall` (metrics/perbench.h, 0..100), with the METEOR that
///                     request.swapped chooses

#include <string>

#include "benchmarks/score_request.h"
#include "benchmarks/score_result.h"

namespace pixelsail {

/// All four, by request.benchmark. For "perbench" request.predictions holds the three files, each as
/// "caption=FILE", "mcq=FILE", "vtres=FILE" or a bare path, which is told by its content: lines with a member
/// "mask" are vtres, the others go by the annotations whose ids they have. Throws ConfigError when a part is
/// missing, given twice or cannot be told.
ScoreResult score_perbench(const ScoreRequest& request);

/// What the published script does to an answer before it is scored as a caption.
std::string clean_perbench_caption(const std::string& answer);

}  // namespace pixelsail
