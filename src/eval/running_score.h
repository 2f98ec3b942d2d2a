#pragma once

/// A score to show while answers come in: quick, of the answers so far, and only an indication. The scorer decides
/// in the end.

#include <span>
#include <string>
#include <vector>

#include "eval/batch_plan.h"
#include "io/json.h"

namespace pixelsail {

/// Means over the answers so far: IoU of the first mask with the true one, the share of right choices (the right
/// answer stands in the answer as a word), or ROUGE-L of captions.
class RunningScore {
 public:
  explicit RunningScore(const QuestionSet& set) : set_(set) {}
  void add(const QuestionBatch& batch, const std::vector<OrderedJson>& lines);
  /// "IoU 0.71"; empty before the first answer.
  std::string text() const;

 private:
  double score_of(std::size_t question, const OrderedJson& line) const;

  const QuestionSet& set_;
  double sum_ = 0;
  std::int64_t count_ = 0;
};

}  // namespace pixelsail
