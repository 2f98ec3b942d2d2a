#pragma once

/// What a benchmark asks, and what becomes of the answers: the side of the evaluation that knows the
/// benchmarks and no model. Lines of predictions are those that pixelsail-score takes.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "benchmarks/benchmark_config.h"
#include "benchmarks/score_request.h"
#include "benchmarks/score_result.h"
#include "io/json.h"
#include "pixelsail/query.h"

namespace pixelsail {

struct AskedImage {
  /// For messages: its path, or the place of the table that holds it.
  std::string name;
  /// Pixels, as the annotations or the file's header say; 0 where neither could be read.
  int height = 0, width = 0;
};

struct AskedQuestion {
  std::string id;         ///< of the sample, as the scorer names it
  std::size_t image = 0;  ///< index in QuestionSet::images
  std::string prompt;     ///< without "<image>\n"
  std::string subject;    ///< what is asked in it: the expression, the question; empty where all are alike
  std::string fault;      ///< why it cannot be asked; empty: it can
};

/// What the annotations say about a question.
struct QuestionReference {
  std::string text;        ///< caption, or the right answer; empty for masks
  std::vector<Rle> masks;  ///< true masks; empty for "no target" and for texts
};

enum class AnswerKind {
  kMask,     ///< the first mask counts
  kMasks,    ///< all masks count
  kCaption,  ///< free text
  kChoice,   ///< one of several given answers
  kGrounded  ///< text with masks
};

struct QuestionSet {
  std::string benchmark;
  AnswerKind kind = AnswerKind::kMask;
  std::vector<AskedImage> images;
  std::vector<AskedQuestion> questions;
  std::int64_t max_new_tokens = 0;  ///< 0: that of the evaluation
  std::string retry_prefix;         ///< empty: no second try
  /// The decoded picture. Throws DataError naming it when it is missing, broken, or of another size than the
  /// annotations say. Thread-safe.
  std::function<std::shared_ptr<const Image>(std::size_t image)> load_image;
  /// Regions shown with a question; the k-th is <Promptk>.
  std::function<std::vector<Region>(std::size_t question)> regions;
  std::function<QuestionReference(std::size_t question)> reference;
  /// Kind of question for breakdowns ("position"); empty where the benchmark names none.
  std::function<std::string(std::size_t question)> category;
  /// An answer that looks at no picture, as a level to compare with: every annotated object or the whole
  /// picture for masks, what is said about another sample for captions, one option at random (the same each
  /// time) for choices.
  std::function<Answer(std::size_t question)> blind;
  /// Members of the line that pixelsail-score takes for an answer, post-processing applied. A null answer
  /// stands for a question that could not be asked: the line that counts as wrong.
  std::function<OrderedJson(std::size_t question, const Answer* answer)> prediction;
  /// Scores with the annotations that have been read; empty: they are read again by the benchmark's row.
  std::function<ScoreResult(const ScoreRequest& request)> score;
};

/// Throws ConfigError for an unknown benchmark, split or template place, DataError for annotations that are
/// missing or broken. Opens no image beyond what sizes need.
QuestionSet load_questions(const BenchmarkConfig& config);

}  // namespace pixelsail
