#pragma once

/// Asks a model for every expression of a data set. The model is a function, so that a loaded checkpoint, a
/// model in training and a test double are all asked the same way.

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "data/refer.h"
#include "pixelsail/session.h"
#include "score/prediction.h"
#include "score/score_refer.h"

namespace pixelsail {

/// Answers to as many queries, in their order. Session::answer is one.
using AnswerBatch = std::function<std::vector<Answer>(std::span<const Query>)>;

/// Asks `model` and checks that it gave one answer a query; RunError otherwise.
std::vector<Answer> ask_model(const AnswerBatch& model, std::span<const Query> queries);

/// The published evaluation prompt; its leading space belongs to it.
inline constexpr const char* kReferPrompt = " Please segment {sent} in this image.";

struct AnswerOptions {
  /// {sent} stands for the expression.
  std::string prompt = kReferPrompt;
  std::int64_t max_new_tokens = 512;
  std::int64_t batch_size = 8;
  /// A sample whose data are broken (image missing, prompt too long) ends the run; otherwise it becomes a
  /// prediction with `error` and no mask.
  bool stop_on_error = false;
};

/// The template with the expression in it.
std::string refer_question(const std::string& prompt, const std::string& sentence);

/// Answers `expressions` in batches. Those of one image come together, images in order of their first
/// expression; expressions that share an image share the pointer in their queries. `sink` gets the
/// predictions of each batch. Throws what the model throws, DataError only with stop_on_error.
void answer_refer(const ReferData& data, std::span<const ReferExpression> expressions,
                  const AnswerBatch& model, const AnswerOptions& options,
                  const std::function<void(std::vector<Prediction>&&)>& sink);

struct ReferEvaluation {
  std::vector<Prediction> predictions;
  ReferScore score;
};

/// Answers and scores in memory, e.g. between training steps. `progress` gets the number of expressions done.
ReferEvaluation evaluate_refer(const ReferData& data, const std::string& split,
                               std::span<const ReferExpression> expressions, const AnswerBatch& model,
                               const AnswerOptions& answer_options, const ScoreOptions& score_options,
                               const std::function<void(std::int64_t)>& progress = {});

/// The first `limit` expressions; all for 0.
std::span<const ReferExpression> first_expressions(const ReferData& data, std::int64_t limit);

}  // namespace pixelsail
