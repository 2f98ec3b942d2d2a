#pragma once

/// One scored answering of one benchmark, and how a report shows it.

#include <cstdint>
#include <string>
#include <vector>

#include "benchmarks/question_set.h"
#include "benchmarks/score_result.h"
#include "io/json.h"

namespace pixelsail {

struct JobResult {
  std::string name;         ///< of the result
  std::string answered_by;  ///< name of the checkpoint, or "blind"
  bool blind = false;
  BenchmarkConfig benchmark;
  ScoreResult score;
  /// Lines of predictions, in the order of the questions.
  std::vector<OrderedJson> lines;
};

/// The number that says how good each sample is (the first metric of its detail), in the order of the
/// questions; NaN for questions that are no sample of their own.
struct SampleScores {
  std::string metric;
  std::vector<double> values;
};
SampleScores sample_scores(const JobResult& result, const QuestionSet& set);

/// Words that the length of a sample is measured in: of what is asked, or of the reference where all
/// questions are alike.
std::size_t measured_words(const QuestionSet& set, std::size_t question);

/// The member of "jobs" of report_page.h without examples: metrics with intervals, counts, failures,
/// histogram, breakdowns by category and by length.
OrderedJson job_json(const JobResult& result, const QuestionSet& set);

/// Adds "chance" to the metrics and the histogram of `job`: those of the blind answers to the same questions.
void add_chance(OrderedJson& job, const OrderedJson& blind);

/// Benchmark and split of a job: "refcoco val".
std::string job_title(const OrderedJson& job);

}  // namespace pixelsail
