#pragma once

/// What is asked of a model and what it answers: for everybody who asks, whoever answers.

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "pixelsail/image.h"
#include "pixelsail/mask.h"
#include "pixelsail/region.h"

namespace pixelsail {

struct Query {
  /// Null: a plain text question.
  std::shared_ptr<const Image> image;
  std::string question;
  /// The k-th is <Promptk>; later ones are painted over earlier ones. A mask without a pixel stands for a
  /// number that the question does not name.
  std::vector<Region> visual_prompts;
  int max_new_tokens = 512;
  /// Text the answer is made to begin with (it is part of Answer::text).
  std::string answer_prefix;
  /// Which of the session's adapters answers; empty: none, the checkpoint as it is.
  std::string adapter;
};

struct Answer {
  std::string text;
  /// One per [SEG], at the image's size.
  std::vector<Mask> masks;
  /// Mean mask probability inside each mask (0 for an empty one).
  std::vector<double> mask_scores;
  /// Mean log-probability of the generated tokens (0 when none was generated).
  double token_log_probability = 0;
  std::vector<std::int64_t> token_ids;
};

/// Answers queries, one answer per query in their order. Throws as Session::answer().
using PredictFunction = std::function<std::vector<Answer>(std::span<const Query>)>;

}  // namespace pixelsail
