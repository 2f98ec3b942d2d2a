#pragma once

/// ReasonSeg (data/reasonseg.h): predictions {"id":"<json name without .json>","mask":RLE or null}; split
/// "val" unless request.split says otherwise. cIoU and gIoU of score/aligned_masks.h with one mask a sample.
///
/// request.ignore_through_rle: the published script encodes the ground truth with its values 0, 1 and 255 as
/// run lengths and decodes it. The encoder starts a run at every change of value, the decoder alternates
/// between 0 and 1, so ignored pixels turn into object or background. Off: they are left out of every count.
/// request.skip_missing_masks: an answer without a mask adds nothing to cIoU's sums; off: an empty mask.

#include "benchmarks/score_request.h"
#include "benchmarks/score_result.h"

namespace pixelsail {

ScoreResult score_reasonseg(const ScoreRequest& request);

}  // namespace pixelsail
