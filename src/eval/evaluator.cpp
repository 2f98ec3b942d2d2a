#include "eval/evaluator.h"

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "benchmarks/benchmark.h"
#include "benchmarks/bootstrap.h"
#include "config/config.h"
#include "core/progress.h"
#include "eval/answer_log.h"
#include "eval/fingerprint.h"
#include "eval/prediction_lines.h"
#include "eval/running_score.h"
#include "image/codec.h"
#include "io/atomic_file.h"
#include "pixelsail/error.h"
#include "report/examples.h"
#include "report/report.h"

namespace pixelsail {
namespace fs = std::filesystem;
namespace {

/// A benchmark that has been read, and how it is asked.
struct LoadedBenchmark {
  QuestionSet set;
  std::vector<QuestionBatch> plan;
  std::string fingerprint;
};

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

class Evaluation {
 public:
  Evaluation(const ResolvedEval& resolved, const EvalRun& run, const OpenCheckpoint& open, Logger& log)
      : resolved_(resolved), config_(resolved.config()), run_(run), open_(open), log_(log) {
    for (const CheckpointConfig& checkpoint : config_.checkpoints) {
      fingerprints_.push_back(checkpoint_fingerprint(checkpoint.dir));
      if (!checkpoint.adapter.empty()) fingerprints_.back() += " " + adapter_fingerprint(checkpoint.adapter);
    }
  }

  /// Answers this process's batches of a job. False when it was stopped.
  bool answer(const EvalJob& job) {
    if (job.checkpoint < 0) return true;
    const LoadedBenchmark& benchmark = loaded(job.benchmark);
    AnswerLog answers(run_.out / job.folder, run_.shard, identity(job, benchmark),
                      run_.restart ? EarlierAnswers::kDiscard : EarlierAnswers::kContinue);
    const auto all = [](std::size_t) { return true; };
    const auto done = [&](std::size_t batch) { return answers.done(batch); };
    const std::int64_t before = count_questions(benchmark, {}, done);
    if (before > 0)
      log_.info(job.name + ": " + std::to_string(before) + " of " +
                std::to_string(benchmark.set.questions.size()) + " questions were answered before");
    std::int64_t own_done = count_questions(benchmark, run_.shard, done);
    std::optional<Progress> progress;
    if (run_.progress) {
      progress.emplace(job.name, count_questions(benchmark, run_.shard, all), "question");
      progress->start_at(own_done);
    }
    RunningScore running(benchmark.set);
    const AnswerOptions options{.max_new_tokens = config_.max_new_tokens,
                                .stop_on_error = config_.on_error == "stop",
                                .share_images = config_.share_images};
    std::int64_t failed = 0;
    for (std::size_t b = first_batch(); b < benchmark.plan.size(); b += shard_count()) {
      if (answers.done(b)) continue;
      if (run_.stop != nullptr && *run_.stop) return false;
      const auto begin = std::chrono::steady_clock::now();
      const std::vector<OrderedJson> lines =
          answer_questions(benchmark.set, benchmark.plan[b], model_of(job.checkpoint), options);
      answers.append(b, seconds_since(begin), lines);
      failed += warn_failures(job, lines, failed);
      running.add(benchmark.plan[b], lines);
      own_done += static_cast<std::int64_t>(lines.size());
      if (progress) progress->update(own_done, running.text());
    }
    if (progress) progress->finish();
    return true;
  }

  /// The job's lines once every batch has been answered by some process.
  std::optional<std::vector<OrderedJson>> collect(const EvalJob& job) {
    const LoadedBenchmark& benchmark = loaded(job.benchmark);
    if (job.checkpoint < 0) return blind_answers(benchmark.set);
    auto complete = AnswerLog::collect(run_.out / job.folder, benchmark.plan);
    if (!complete) return std::nullopt;
    timing_[job.name] = {{"seconds", complete->seconds},
                         {"questions", benchmark.set.questions.size()},
                         {"batches", benchmark.plan.size()}};
    return std::move(complete->lines);
  }

  /// Scores a job and says how the report shows it.
  OrderedJson report(const EvalJob& job, std::vector<OrderedJson>&& lines) {
    const LoadedBenchmark& benchmark = loaded(job.benchmark);
    const BenchmarkConfig& asked = resolved_.benchmark(job);
    const fs::path file = run_.out / job.folder / "predictions.jsonl";
    write_prediction_lines(file, lines);
    JobResult result{.name = job.name,
                     .answered_by = resolved_.answered_by(job),
                     .blind = job.checkpoint < 0,
                     .benchmark = asked,
                     .score = score_answers(asked, benchmark.set, lines, file.string()),
                     .lines = std::move(lines)};
    add_intervals(result.score, {.resamples = config_.bootstrap});
    OrderedJson json = job_json(result, benchmark.set);
    json["examples"] =
        result.blind ? OrderedJson::array() : example_json(result, benchmark.set, config_.examples);
    if (!sheet_written_ && !result.blind && !config_.contact_sheet.empty()) {
      // It shows the first job.
      sheet_written_ = true;
      if (const std::optional<Image> sheet =
              example_sheet(result, benchmark.set, config_.contact_sheet_images))
        write_picture(*sheet);
    }
    return json;
  }

  const OrderedJson& timing() const { return timing_; }

 private:
  /// Read once; several checkpoints are asked the same.
  const LoadedBenchmark& loaded(std::size_t index) {
    std::unique_ptr<LoadedBenchmark>& benchmark = benchmarks_[index];
    if (benchmark) return *benchmark;
    benchmark = std::make_unique<LoadedBenchmark>();
    benchmark->set = load_questions(config_.benchmarks[index]);
    benchmark->plan = plan_batches(benchmark->set, config_.batch_size);
    benchmark->fingerprint = plan_fingerprint(benchmark->set, benchmark->plan);
    return *benchmark;
  }

  std::size_t first_batch() const { return static_cast<std::size_t>(run_.shard.index); }
  std::size_t shard_count() const { return static_cast<std::size_t>(run_.shard.count); }

  /// Questions in those batches of a shard that `wanted` picks.
  template <class Wanted>
  static std::int64_t count_questions(const LoadedBenchmark& benchmark, const Shard& shard, Wanted wanted) {
    std::size_t questions = 0;
    for (auto b = static_cast<std::size_t>(shard.index); b < benchmark.plan.size();
         b += static_cast<std::size_t>(shard.count))
      if (wanted(b)) questions += benchmark.plan[b].size();
    return static_cast<std::int64_t>(questions);
  }

  /// Everything an answer depends on (up to rounding, which may differ between devices).
  OrderedJson identity(const EvalJob& job, const LoadedBenchmark& benchmark) const {
    const BenchmarkConfig& asked = resolved_.benchmark(job);
    OrderedJson identity;
    identity["benchmark"] = asked.benchmark;
    identity["split"] = asked.split;
    identity["questions"] = std::to_string(benchmark.set.questions.size()) + " " + benchmark.fingerprint;
    identity["checkpoint"] = fingerprints_[static_cast<std::size_t>(job.checkpoint)];
    identity["prompt"] = asked.prompt;
    identity["retry_prefix"] = asked.retry_prefix;
    identity["max_new_tokens"] = asked.max_new_tokens > 0 ? asked.max_new_tokens : config_.max_new_tokens;
    identity["batch_size"] = config_.batch_size;
    identity["share_images"] = config_.share_images;
    identity["dtype"] = config_.session.dtype;
    identity["mask_rule"] = config_.session.mask_rule;
    return identity;
  }

  /// The first failed sample of a job is named at once; returns how many there are.
  std::int64_t warn_failures(const EvalJob& job, const std::vector<OrderedJson>& lines, std::int64_t before) {
    std::int64_t failed = 0;
    for (const OrderedJson& line : lines) {
      if (!line.contains("error")) continue;
      if (before + failed++ == 0)
        log_.warning(job.name + ": a sample failed: " + line.at("error").get<std::string>());
    }
    return failed;
  }

  /// Keeps one model in memory.
  const AnswerBatch& model_of(int checkpoint) {
    if (opened_ != checkpoint) {
      model_ = nullptr;
      model_ = open_(config_.checkpoints[static_cast<std::size_t>(checkpoint)], config_);
      opened_ = checkpoint;
    }
    return model_;
  }

  void write_picture(const Image& image) const {
    const std::vector<std::byte> png = encode_png(image);
    write_file_atomic(run_.out / config_.contact_sheet,
                      {reinterpret_cast<const char*>(png.data()), png.size()});
  }

  const ResolvedEval& resolved_;
  const EvalConfig& config_;
  const EvalRun& run_;
  const OpenCheckpoint& open_;
  Logger& log_;
  std::vector<std::string> fingerprints_;
  std::map<std::size_t, std::unique_ptr<LoadedBenchmark>> benchmarks_;
  AnswerBatch model_;
  int opened_ = -1;
  bool sheet_written_ = false;
  OrderedJson timing_ = OrderedJson::object();
};

/// Links each job with the blind answers to the same questions.
void add_all_chances(const std::vector<EvalJob>& jobs, OrderedJson& reports) {
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    if (jobs[i].checkpoint < 0) continue;
    for (std::size_t k = 0; k < jobs.size(); ++k)
      if (jobs[k].baseline == kBlind && jobs[k].benchmark == jobs[i].benchmark)
        add_chance(reports[i], reports[k]);
  }
}

}  // namespace

EvalOutcome run_evaluation(const EvalConfig& given, const EvalRun& run, const OpenCheckpoint& open,
                           Logger& log) {
  const ResolvedEval resolved(given);
  const EvalConfig& config = resolved.config();
  const std::vector<EvalJob>& jobs = resolved.jobs();
  Evaluation evaluation(resolved, run, open, log);
  for (const EvalJob& job : jobs)
    if (!evaluation.answer(job)) return {};
  OrderedJson reports = OrderedJson::array();
  for (const EvalJob& job : jobs) {
    auto lines = evaluation.collect(job);
    if (!lines) {
      log.info(job.name +
               ": other processes have not answered their part yet; whoever ends last writes the report");
      return {};
    }
    reports.push_back(evaluation.report(job, std::move(*lines)));
    if (run.progress && jobs.size() > 1) log.info(job.name + ": " + headline(reports.back()));
  }
  add_all_chances(jobs, reports);
  EvalOutcome outcome{.complete = true, .report = {}};
  outcome.report = make_report(
      {.title = config.title, .paper_tables = config.paper_tables, .config = ConfigWriter().tree(config)},
      std::move(reports));
  write_file_atomic(run.out / "eval_config.yaml", config_to_yaml(config));
  write_report(run.out, outcome.report);
  write_json_atomic(run.out / "timing.json", evaluation.timing());
  return outcome;
}

}  // namespace pixelsail
