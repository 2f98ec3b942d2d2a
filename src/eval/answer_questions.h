#pragma once

/// Asks a model a batch of a benchmark's questions.

#include <cstdint>
#include <span>
#include <vector>

#include "benchmarks/question_set.h"
#include "io/json.h"
#include "predict/ask_model.h"

namespace pixelsail {

struct AnswerOptions {
  /// Where the benchmark does not say it.
  std::int64_t max_new_tokens = 512;
  /// A sample that cannot be answered (image missing, prompt too long, anything unforeseen: question_fault.h)
  /// ends the run; otherwise it becomes a line with "error" that counts as wrong.
  bool stop_on_error = false;
  /// Questions about one image share it, so that the model reads it once; off: each reads its own.
  bool share_images = true;
};

/// One line of predictions for each question, in their order: what pixelsail-score takes, then "question", the
/// members of answer_summary() (predict/answer_json.h), and where they apply "retried" and "error". Throws what is no question's fault, and with
/// stop_on_error that too; RunError when the model gives another number of answers, or a mask of another size
/// than its image.
std::vector<OrderedJson> answer_questions(const QuestionSet& set, std::span<const std::size_t> questions,
                                          const AnswerBatch& model, const AnswerOptions& options);

/// The lines of QuestionSet::blind for all questions.
std::vector<OrderedJson> blind_answers(const QuestionSet& set);

}  // namespace pixelsail
