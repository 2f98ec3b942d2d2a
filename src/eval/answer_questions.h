#pragma once

/// Asks a model a batch of questions. The model is a function, so that a loaded checkpoint, a model in
/// training and a test double are all asked the same way.

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "benchmarks/question_set.h"
#include "io/json.h"
#include "pixelsail/query.h"

namespace pixelsail {

/// Answers to as many queries, in their order. Session::answer is one.
using AnswerBatch = PredictFunction;

/// Asks `model` and checks that it gave one answer a query; RunError otherwise.
std::vector<Answer> ask_model(const AnswerBatch& model, std::span<const Query> queries);

struct AnswerOptions {
  /// Where the benchmark does not say it.
  std::int64_t max_new_tokens = 512;
  /// A sample that cannot be answered (image missing, prompt too long, anything unforeseen: question_fault.h)
  /// ends the run; otherwise it becomes a line with "error" that counts as wrong.
  bool stop_on_error = false;
  /// Questions about one image share it, so that the model reads it once; off: each reads its own.
  bool share_images = true;
};

/// One line of predictions for each question, in their order: what pixelsail-score takes, then "question",
/// "answer", "mask_count", "mask_score" (of the first mask), "log_probability" (mean of the tokens),
/// "tokens", and where they apply "retried" and "error". Throws what is no question's fault, and with
/// stop_on_error that too; RunError when the model gives another number of answers, or a mask of another size
/// than its image.
std::vector<OrderedJson> answer_questions(const QuestionSet& set, std::span<const std::size_t> questions,
                                          const AnswerBatch& model, const AnswerOptions& options);

/// The lines of QuestionSet::blind for all questions.
std::vector<OrderedJson> blind_answers(const QuestionSet& set);

}  // namespace pixelsail
