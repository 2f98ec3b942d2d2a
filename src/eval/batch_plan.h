#pragma once

/// Which questions are answered together. The plan depends on the questions and the batch size alone: it is
/// the same for every process that shares the work, and for a run that is continued.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "benchmarks/question_set.h"

namespace pixelsail {

/// Indices of questions.
using QuestionBatch = std::vector<std::size_t>;

/// Large images first, so that what does not fit in memory fails early and batches hold images of like size;
/// of equal ones those with longer questions first. Questions about one image are never divided: an image
/// with more of them than `batch_size` is a batch of its own.
std::vector<QuestionBatch> plan_batches(const QuestionSet& set, std::int64_t batch_size);

/// Identity of the questions and of the plan.
std::string plan_fingerprint(const QuestionSet& set, const std::vector<QuestionBatch>& plan);

/// This process's part of the work: batches index, index + count, ...
struct Shard {
  std::int64_t index = 0, count = 1;
};

/// "i/n" with 0 <= i < n. Throws ConfigError for anything else.
Shard parse_shard(const std::string& text);

}  // namespace pixelsail
