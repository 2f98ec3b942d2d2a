#include "eval/evaluator.h"

#include <memory>
#include <optional>
#include <string>

#include "core/progress.h"
#include "eval/baselines.h"
#include "eval/fingerprint.h"
#include "eval/prediction_log.h"
#include "eval/sample_sheet.h"
#include "image/codec.h"
#include "io/atomic_file.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace fs = std::filesystem;
namespace {

ScoreOptions score_options(const BenchmarkConfig& config) {
  return {.gt_merge = polygon_merge_from_string(config.gt_merge), .nt_min_pixels = config.nt_min_pixels};
}

/// A benchmark that has been read.
struct Benchmark {
  const BenchmarkConfig* config = nullptr;
  ReferData data;
  std::span<const ReferExpression> expressions;
  std::string fingerprint;
};

class Evaluation {
 public:
  Evaluation(const EvalConfig& config, const EvalRun& run, const OpenCheckpoint& open, Logger& log)
      : config_(config), run_(run), open_(open), log_(log) {
    benchmarks_.reserve(config.benchmarks.size());  // the spans point into their neighbours
    for (const BenchmarkConfig& benchmark : config.benchmarks) load(benchmark);
    for (const CheckpointConfig& checkpoint : config.checkpoints) {
      fingerprints_.push_back(checkpoint_fingerprint(checkpoint.dir));
      if (!checkpoint.adapter.empty()) fingerprints_.back() += " " + adapter_fingerprint(checkpoint.adapter);
    }
  }

  EvalResult run_job(const EvalJob& job, bool with_sheet) {
    const Benchmark& benchmark = benchmarks_[job.benchmark];
    const std::vector<Prediction> predictions =
        job.checkpoint < 0 ? baseline_predictions(job.baseline, benchmark.data, benchmark.expressions)
                           : answered(job, benchmark);
    ReferScore score = score_refer(benchmark.data, benchmark.config->split, benchmark.expressions,
                                   predictions, score_options(*benchmark.config), job.name);
    EvalResult result =
        make_result(job.name, std::move(score), benchmark.expressions, predictions, job.checkpoint < 0);
    if (result.counts.failed > 0) {
      log_.warning(job.name + ": " + std::to_string(result.counts.failed) +
                   " samples failed, the first: " + result.failures.front());
    }
    if (with_sheet) draw_sheet(benchmark, predictions);
    return result;
  }

  void write_sheet() const {
    if (!sheet_) return;
    const std::vector<std::byte> png = encode_png(*sheet_);
    write_file_atomic(run_.out / config_.contact_sheet,
                      {reinterpret_cast<const char*>(png.data()), png.size()});
  }

 private:
  void load(const BenchmarkConfig& config) {
    Benchmark benchmark{.config = &config,
                        .data = ReferData::load(refer_root(config.root, config.benchmark), config.benchmark,
                                                config.split, config.split_by)};
    benchmarks_.push_back(std::move(benchmark));
    Benchmark& kept = benchmarks_.back();
    kept.expressions = first_expressions(kept.data, config.limit);
    kept.fingerprint = expressions_fingerprint(kept.data, kept.expressions);
    log_.info(config.benchmark + ' ' + config.split + ": " + std::to_string(kept.expressions.size()) +
              " expressions");
  }

  /// Everything a prediction depends on (up to rounding, which may differ between devices).
  OrderedJson identity(const EvalJob& job, const Benchmark& benchmark) const {
    OrderedJson identity;
    identity["benchmark"] = benchmark.config->benchmark;
    identity["split"] = benchmark.config->split;
    identity["expressions"] = std::to_string(benchmark.expressions.size()) + " " + benchmark.fingerprint;
    identity["checkpoint"] = fingerprints_[static_cast<std::size_t>(job.checkpoint)];
    identity["prompt"] = config_.prompt;
    identity["max_new_tokens"] = config_.max_new_tokens;
    identity["dtype"] = config_.dtype;
    return identity;
  }

  std::vector<Prediction> answered(const EvalJob& job, const Benchmark& benchmark) {
    PredictionLog predictions(run_.out / job.folder, identity(job, benchmark), run_.restart);
    const std::vector<ReferExpression> remaining = predictions.remaining(benchmark.expressions);
    const std::size_t done = benchmark.expressions.size() - remaining.size();
    if (done > 0) {
      log_.info(job.name + ": " + std::to_string(done) + " of " +
                std::to_string(benchmark.expressions.size()) + " expressions were answered before");
    }
    if (!remaining.empty()) {
      const AnswerOptions options{.prompt = config_.prompt,
                                  .max_new_tokens = config_.max_new_tokens,
                                  .batch_size = config_.batch_size,
                                  .stop_on_error = config_.on_error == "stop"};
      std::optional<Progress> progress;
      if (run_.progress) {
        progress.emplace(job.name, static_cast<std::int64_t>(benchmark.expressions.size()), "expression");
        progress->start_at(static_cast<std::int64_t>(done));
      }
      answer_refer(benchmark.data, remaining, model_of(job.checkpoint), options,
                   [&](std::vector<Prediction>&& batch) {
                     predictions.append(std::move(batch));
                     if (progress)
                       progress->update(static_cast<std::int64_t>(predictions.predictions().size()));
                   });
      if (progress) progress->finish();
    }
    predictions.finish(benchmark.expressions);
    return predictions.predictions();
  }

  /// Keeps one model in memory; jobs come ordered by checkpoint.
  const AnswerBatch& model_of(int checkpoint) {
    if (opened_ != checkpoint) {
      model_ = nullptr;
      model_ = open_(config_.checkpoints[static_cast<std::size_t>(checkpoint)], config_);
      opened_ = checkpoint;
    }
    return model_;
  }

  void draw_sheet(const Benchmark& benchmark, std::span<const Prediction> predictions) {
    sheet_ = sample_sheet(benchmark.data, benchmark.expressions, predictions,
                          score_options(*benchmark.config).gt_merge, config_.contact_sheet_images);
    if (!sheet_) log_.warning("no contact sheet: not a single sample could be answered");
  }

  const EvalConfig& config_;
  const EvalRun& run_;
  const OpenCheckpoint& open_;
  Logger& log_;
  std::vector<Benchmark> benchmarks_;
  std::vector<std::string> fingerprints_;
  AnswerBatch model_;
  int opened_ = -1;
  std::optional<Image> sheet_;
};

}  // namespace

std::vector<EvalResult> run_evaluation(const EvalConfig& config, const EvalRun& run,
                                       const OpenCheckpoint& open, Logger& log) {
  validate(config);
  Evaluation evaluation(config, run, open, log);
  std::vector<EvalResult> results;
  for (const EvalJob& job : plan_jobs(config)) {
    results.push_back(evaluation.run_job(job, results.empty() && !config.contact_sheet.empty()));
  }
  evaluation.write_sheet();
  write_report(run.out, config_to_json(ConfigWriter().tree(config)), results);
  return results;
}

}  // namespace pixelsail
