#include "benchmarks/question_set.h"

#include "benchmarks/benchmark.h"
#include "pixelsail/error.h"

namespace pixelsail {

QuestionSet load_questions(const BenchmarkConfig& given) {
  const BenchmarkConfig config = with_published_values(given);
  QuestionSet set = find_asked_benchmark(config.benchmark).ask(config);
  set.benchmark = config.benchmark;
  set.max_new_tokens = config.max_new_tokens;
  set.retry_prefix = config.retry_prefix == "none" ? "" : config.retry_prefix;
  if (set.questions.empty()) throw DataError(config.root + ": " + config.benchmark + " asks nothing");
  return set;
}

}  // namespace pixelsail
