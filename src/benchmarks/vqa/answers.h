#pragma once

/// What the scores of visual question benchmarks share: the questions that are scored and what was predicted.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "annotations/vqa.h"
#include "benchmarks/common/prediction_match.h"
#include "benchmarks/vqa/vqa.h"
#include "io/json.h"
#include "metrics/answer_match.h"

namespace pixelsail {

struct VqaAnswer {
  const VqaQuestion* question = nullptr;
  /// nullopt: there is no usable prediction (with request.allow_missing).
  std::optional<std::string> prediction;
};

struct VqaAnswers {
  /// In the order of the table.
  std::vector<VqaAnswer> answers;
  PredictionFaults faults;
};

/// Whether a question of the table is scored.
using VqaSelection = std::function<bool(const VqaQuestion& question)>;

/// Throws DataError when no question is selected, none has an answer, or predictions do not fit.
VqaAnswers match_answers(const VqaTable& table, const ScoreRequest& request, const VqaSelection& selected);

/// Selects `request.split` (all when empty); the split of a roll is that of its question. Throws ConfigError
/// when the table has no such split.
VqaSelection selection_of(const VqaTable& table, const ScoreRequest& request);

ChoiceRules choice_rules(const ScoreRequest& request);

/// The question that a record of mmbench is, or is a roll of.
class RolledQuestion {
 public:
  RolledQuestion(const VqaTable& table, const ScoreRequest& request)
      : table_(table),
        named_(choice_rules(request) == ChoiceRules::kCurrent && table.has_column("g_index")) {}
  /// Both throw DataError for an index that is no whole number.
  std::int64_t group(const VqaQuestion& question) const;
  bool is_main(const VqaQuestion& question) const;

 private:
  const VqaTable& table_;
  bool named_;
};

MatchRules match_rules(const ScoreRequest& request);

/// The first members of a result: benchmark, table, split.
OrderedJson begin_result(const VqaTable& table, const ScoreRequest& request);
/// The last: records without an image, faults.
void end_result(OrderedJson& json, const VqaTable& table, const PredictionFaults& faults);

/// One line of the per-sample file.
ScoredSample scored_sample(const VqaQuestion& question, std::size_t unit, bool correct,
                           const std::optional<std::string>& parsed);

ScoreResult score_mme(const VqaTable& table, const ScoreRequest& request);
/// How questions count: each for itself (seedbench, mmstar), or with its rolls (mmbench).
enum class ChoiceCount { kSingle, kCircular };
ScoreResult score_choices(const VqaTable& table, const ScoreRequest& request, ChoiceCount count);

}  // namespace pixelsail
