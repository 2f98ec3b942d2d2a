#include "jobs/validation.h"

#include <memory>

#include "eval/evaluator.h"
#include "infer/predictor.h"

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

}  // namespace

decltype(TrainerHooks::evaluate) validation_of(const TrainJob& job) {
  BenchmarkConfig benchmark{.benchmark = job.eval.benchmark,
                            .root = job.eval.root.empty() ? job.run.data.root : job.eval.root,
                            .split = job.eval.split};
  benchmark.limit = job.eval.limit;
  const auto set = std::make_shared<const QuestionSet>(load_questions(benchmark));
  const std::filesystem::path file = std::filesystem::path(job.run.output_dir) / "eval_predictions.jsonl";
  return [set, benchmark, file, config = job.eval](const LoadedModel& loaded, std::int64_t) {
    return evaluate(*set, benchmark, config, loaded, file);
  };
}

}  // namespace pixelsail
