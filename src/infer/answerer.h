#pragma once

/// Queries -> answers with a model in memory: what Session wraps and what the trainer's evaluation calls.

#include <span>
#include <string>
#include <vector>

#include "checkpoint/checkpoint.h"
#include "pixelsail/session.h"

namespace pixelsail {

/// SessionOptions::mask_rule. Throws ConfigError for an unknown name.
enum class MaskRule { kLogit, kSigmoid };
MaskRule mask_rule_of(const std::string& name);

struct Answerer {
  LoadedModel loaded;
  MaskRule mask_rule = MaskRule::kLogit;

  /// Greedy answers, one per query; see Session::answer().
  std::vector<Answer> answer(std::span<const Query> queries) const;
};

}  // namespace pixelsail
