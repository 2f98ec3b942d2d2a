#pragma once

/// Queries -> answers with a model in memory: what Session wraps and what the trainer's evaluation calls.

#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "checkpoint/checkpoint.h"
#include "infer/masks.h"
#include "model/adapter.h"
#include "pixelsail/query.h"

namespace pixelsail {

struct Predictor {
  LoadedModel loaded;
  MaskRule mask_rule = MaskRule::kLogit;
  /// By the names that queries have. A query without a name is answered with what is attached to the model.
  std::map<std::string, std::shared_ptr<const Adapter>> adapters = {};

  /// Greedy answers, one per query; see Session::answer().
  std::vector<Answer> answer(std::span<const Query> queries) const;
};

}  // namespace pixelsail
