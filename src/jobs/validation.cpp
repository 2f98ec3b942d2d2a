#include "jobs/validation.h"

#include <algorithm>
#include <memory>

#include "benchmarks/benchmark.h"
#include "eval/answer_questions.h"
#include "eval/evaluator.h"
#include "infer/predictor.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

nlohmann::ordered_json evaluate(const QuestionSet& set, const BenchmarkConfig& benchmark,
                                const ValidationConfig& config, const LoadedModel& loaded,
                                const std::filesystem::path& file) {
  const Predictor predictor{loaded};
  const AnswerOptions options{.max_new_tokens = config.max_new_tokens};
  const ScoreResult result = evaluate_once(
      benchmark, set, [&](std::span<const Query> queries) { return predictor.answer(queries); }, options,
      config.batch_size, file);
  nlohmann::ordered_json scores{
      {"benchmark", benchmark.benchmark}, {"split", benchmark.split}, {"samples", result.samples.size()}};
  for (const auto& [name, value] : metric_values(result)) scores[name] = value;
  return scores;
}

/// The metric is looked for among the scores of answers that need no model: a wrong name is no matter of hours.
WatchedScore watched_score(const QuestionSet& set, const BenchmarkConfig& benchmark,
                           const ValidationConfig& config) {
  if (!config.watches()) return {};
  const std::vector<std::string> metrics =
      score_answers(benchmark, set, blind_answers(set), "answers without a model").metrics;
  std::string metric = config.metric;
  if (metric.empty() && !metrics.empty()) metric = metrics.front();
  if (std::ranges::find(metrics, metric) == metrics.end()) {
    std::string known;
    for (const std::string& name : metrics) known += (known.empty() ? "" : ", ") + name;
    throw ConfigError("eval.metric: " + benchmark.benchmark + " has no score \"" + metric +
                      "\"; it has: " + known);
  }
  return {.metric = metric,
          .higher_is_better = higher_is_better(benchmark.benchmark, metric),
          .patience = config.patience,
          .min_delta = config.min_delta};
}

}  // namespace

Validation validation_of(const TrainJob& job) {
  BenchmarkConfig benchmark{.benchmark = job.eval.benchmark,
                            .root = job.eval.root.empty() ? job.run.data.root : job.eval.root,
                            .split = job.eval.split};
  benchmark.limit = job.eval.limit;
  const auto set = std::make_shared<const QuestionSet>(load_questions(benchmark));
  const std::filesystem::path file = std::filesystem::path(job.run.output_dir) / "eval_predictions.jsonl";
  return {.evaluate = [set, benchmark, file, config = job.eval](
                          const LoadedModel& loaded,
                          std::int64_t) { return evaluate(*set, benchmark, config, loaded, file); },
          .watched = watched_score(*set, benchmark, job.eval)};
}

}  // namespace pixelsail
