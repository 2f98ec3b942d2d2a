#pragma once

/// Queries -> answers with a model in memory: what Session wraps and what the trainer's evaluation calls.

#include <memory>
#include <span>
#include <vector>

#include "image/preprocess.h"
#include "model/model.h"
#include "pixelsail/session.h"
#include "text/chat.h"

namespace pixelsail {

struct Answerer {
  std::shared_ptr<PixelSailImpl> model;
  std::shared_ptr<const Tokenizer> tokenizer;
  SpecialTokens special;
  PreprocessConfig preprocess;

  /// Greedy answers, one per query; see Session::answer().
  std::vector<Answer> answer(std::span<const Query> queries) const;
};

}  // namespace pixelsail
