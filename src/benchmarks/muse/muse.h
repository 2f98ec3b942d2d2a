#pragma once

/// MUSE (data/muse.h): predictions {"id":"<n>:<k>","masks":[RLE..]}; split "val" unless request.split says
/// otherwise.
///
/// cIoU and gIoU of score/aligned_masks.h, the k-th mask against the k-th object, as the released evaluation
/// of PixelLM does (the paper's own score, with a language model in it, is not released). That evaluation
/// cuts both lists to the shorter one: objects without a mask only count in gIoU's divisor, masks without an
/// object not at all. request.skip_missing_masks off: objects without a mask are paired with an empty one.
/// PixelLM's ground truth is request.gt_merge = kLisaSum.

#include "benchmarks/score_request.h"
#include "benchmarks/score_result.h"

namespace pixelsail {

ScoreResult score_muse(const ScoreRequest& request);

}  // namespace pixelsail
