#pragma once

/// Grounded conversation generation (data/gcg.h), as GLaMM's evaluation scores it: predictions
///   {"image_id":1,"caption":"..","phrases":["..",..],"masks":[RLE,..]}     the i-th mask belongs to phrase i
/// for every image of the caption file; split "val" unless request.split says otherwise.
///   ap50   average precision at IoU 0.5 of category 1, all scores 1 (metrics/average_precision.h); images rank
///          by ascending id. An image of the mask file without captions counts as one without predictions.
///   miou   mean over images of metrics/phrase_match.h's mean_paired_iou()
///   recall found phrases (match_phrases()) / labels of all images
///   meteor, cider and the other metrics of score/caption_scores.h's coco group
/// Two masks without any pixel have IoU 0 here; the published program divides 0 by 0 there and stops pairing.
///
/// Similarity of phrases: request.similarities is {"<image_id>":[[number,..],..]}, a row a predicted phrase,
/// a column a label of the image, in their order; the published evaluation takes the cosine of mean BERT-base
/// states. It must have every image with phrases and labels. Without it phrases that are equal but for case
/// (of ASCII letters) and blanks at their ends have similarity 1, others 0.

#include "benchmarks/score_request.h"
#include "benchmarks/score_result.h"

namespace pixelsail {

ScoreResult score_gcg(const ScoreRequest& request);

}  // namespace pixelsail
