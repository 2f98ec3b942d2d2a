#pragma once

/// Queries -> answers with a model in memory: what Session wraps and what the trainer's evaluation calls.

#include <span>
#include <vector>

#include "checkpoint/checkpoint.h"
#include "pixelsail/session.h"

namespace pixelsail {

struct Answerer {
  LoadedModel loaded;

  /// Greedy answers, one per query; see Session::answer().
  std::vector<Answer> answer(std::span<const Query> queries) const;
};

}  // namespace pixelsail
