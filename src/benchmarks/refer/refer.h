#pragma once

/// refcoco, refcoco+, refcocog and grefcoco from a file of predictions:
///   {"ref_id":..,"sent_id":..,"image_id":..,"mask":RLE or null}, one line an expression
/// against ROOT/<benchmark>/{instances.json, refs(..).p or grefs(unc).json}. Sample ids are
/// "<ref_id>:<sent_id>". The bootstrap draws images with all their expressions.

#include "benchmarks/score_request.h"
#include "benchmarks/score_result.h"

namespace pixelsail {

/// Throws ConfigError without a split; see score_benchmark().
ScoreResult score_refer_benchmark(const ScoreRequest& request);

}  // namespace pixelsail
