#pragma once

/// One's own folder (data/folder_questions.h), a prediction line each:
///   {"id": "12", "masks": [RLE, ...], "prediction": "text"}      id: the number of the line in samples.jsonl
/// Questions whose answer is masks: ciou and giou of score/aligned_masks.h, masks in order, a missing one counts as empty; "no target" is right
/// (IoU 1) when no mask, or an empty one, is predicted, else its pixels count as wrong. Questions whose answer is
/// a text: accuracy (equal but for case, outer blanks and a full stop at the end) and the caption metrics meteor,
/// cider, bleu1..bleu4, rouge_l; without WordNet accuracy alone, and "text_metrics" says why.

#include "score/score_request.h"
#include "score/score_result.h"

namespace pixelsail {

ScoreResult score_folder(const ScoreRequest& request);

}  // namespace pixelsail
