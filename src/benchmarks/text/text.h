#pragma once

/// Benchmarks that are captions against references.
///
///   refcocog_caption  {"image_id":..,"prediction":".."} a line, against
///                     ROOT/refcocog_caption/finetune_refcocog_val_captions.json (COCO layout; every
///                     expression is an "image" of its own). Metrics meteor, cider, bleu1..bleu4, rouge_l.
///   text              {"id":..,"text":".."} a line, against request.references, lines {"id":..,"text":".."} or
///                     {"id":..,"texts":[..]}. All text metrics.
///
/// A prediction that may be missing counts as an empty caption.

#include "benchmarks/score_request.h"
#include "benchmarks/score_result.h"

namespace pixelsail {

ScoreResult score_refcocog_caption(const ScoreRequest& request);
/// Throws ConfigError without references.
ScoreResult score_text(const ScoreRequest& request);

}  // namespace pixelsail
