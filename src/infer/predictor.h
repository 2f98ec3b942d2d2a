#pragma once

/// Queries -> answers with a model in memory: what Session wraps and what the trainer's evaluation calls.

#include <span>
#include <vector>

#include "checkpoint/checkpoint.h"
#include "infer/masks.h"
#include "pixelsail/query.h"

namespace pixelsail {

struct Predictor {
  LoadedModel loaded;
  MaskRule mask_rule = MaskRule::kLogit;

  /// Greedy answers, one per query; see Session::answer().
  std::vector<Answer> answer(std::span<const Query> queries) const;
};

}  // namespace pixelsail
