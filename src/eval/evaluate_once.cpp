#include <vector>

#include "benchmarks/benchmark.h"
#include "eval/evaluator.h"
#include "eval/prediction_lines.h"

namespace pixelsail {
namespace fs = std::filesystem;

ScoreResult evaluate_once(const BenchmarkConfig& benchmark, const QuestionSet& set, const AnswerBatch& model,
                          const AnswerOptions& options, std::int64_t batch_size, const fs::path& file,
                          const std::function<void(std::int64_t)>& progress) {
  std::vector<OrderedJson> lines(set.questions.size());
  std::int64_t done = 0;
  for (const QuestionBatch& batch : plan_batches(set, batch_size)) {
    std::vector<OrderedJson> answered = answer_questions(set, batch, model, options);
    for (std::size_t i = 0; i < batch.size(); ++i) lines[batch[i]] = std::move(answered[i]);
    done += static_cast<std::int64_t>(batch.size());
    if (progress) progress(done);
  }
  write_prediction_lines(file, lines);
  return score_answers(benchmark, set, lines, file.string());
}

}  // namespace pixelsail
