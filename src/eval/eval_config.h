#pragma once

/// Configuration of pixelsail-eval: what is asked (benchmarks), who answers (checkpoints, baselines), what is
/// written.

#include <cstdint>
#include <string>
#include <vector>

#include "benchmarks/benchmark_config.h"
#include "core/describe.h"
#include "predict/checkpoint.h"

namespace pixelsail {

/// The baseline of answers that look at no picture (QuestionSet::blind).
inline constexpr const char* kBlind = "blind";

struct EvalConfig {
  std::vector<BenchmarkConfig> benchmarks;
  std::vector<CheckpointConfig> checkpoints;
  std::vector<std::string> baselines;
  std::int64_t max_new_tokens = 512;
  std::int64_t batch_size = 8;
  bool share_images = true;
  std::string on_error = "skip";
  SessionConfig session;
  std::int64_t bootstrap = 1000;
  std::string title = "Evaluation";
  std::string paper_tables;
  std::int64_t examples = 6;
  std::string contact_sheet;
  std::int64_t contact_sheet_images = 12;
};

template <class Visitor>
void describe(Visitor& v, EvalConfig& c) {
  v.list_with_defaults("benchmarks", "defaults", c.benchmarks, {.required = true, .help = "what is asked"},
                       "benchmark", &takes_default);
  v.field("checkpoints", c.checkpoints, {.help = "who answers; --checkpoint replaces the list by one"});
  v.field("baselines", c.baselines, {.help = "answers that look at no picture, to compare with: blind"});
  v.field("max_new_tokens", c.max_new_tokens, {.min = 1, .max = 1e6, .help = "longest answer in tokens"});
  v.field("batch_size", c.batch_size,
          {.min = 1, .max = 4096, .help = "questions answered together; those about one image always are"});
  v.field("share_images", c.share_images, {.help = "questions about one image read it once"});
  v.field("on_error", c.on_error, {.one_of = {"skip", "stop"}, .help = "what a broken sample does"});
  describe(v, c.session);
  v.field("bootstrap", c.bootstrap, {.min = 0, .max = 1e6, .help = "draws for 95 % intervals; 0: none"});
  v.field("title", c.title, {.help = "headline of the report"});
  v.field("paper_tables", c.paper_tables,
          {.help = "file with the paper's tables to stand beside; empty: none"});
  v.field("examples", c.examples,
          {.min = 0, .max = 200, .help = "best, worst and random answers shown for each result"});
  v.field("contact_sheet", c.contact_sheet,
          {.help = "file in the output folder for a picture of some samples; empty: none"});
  v.field("contact_sheet_images", c.contact_sheet_images, {.min = 1, .max = 200, .help = "images on it"});
}

/// One (checkpoint or baseline, benchmark) pair.
struct EvalJob {
  std::string name;           ///< of its result
  std::string folder;         ///< its predictions, below the output folder; "" is that folder itself
  std::size_t benchmark = 0;  ///< index in EvalConfig::benchmarks
  int checkpoint = -1;        ///< index in EvalConfig::checkpoints, -1 for a baseline
  std::string baseline;
};

/// Throws ConfigError for what describe() cannot see: no benchmark, nobody who answers, unknown baseline, a
/// prompt that lacks its place, a sheet outside the output folder, results of one name.
void validate(const EvalConfig& config);

/// Name of a checkpoint: its own, else that of its folder.
std::string checkpoint_name(const EvalConfig& config, std::size_t index);

/// With the published values of every benchmark in it: what is run, and written beside the results.
EvalConfig resolved(EvalConfig config);

/// Checkpoints in their order, then baselines, each with every benchmark. A result is named after who
/// answers; after the benchmark when only one answers and has no name; after both when there are several of
/// both. A single job writes its predictions into the output folder itself, several into predictions/<name>/.
std::vector<EvalJob> plan_jobs(const EvalConfig& config);

/// A configuration that has been checked and filled in, and its jobs: what an evaluation works on.
class ResolvedEval {
 public:
  /// Throws as validate().
  explicit ResolvedEval(const EvalConfig& given);
  const EvalConfig& config() const { return config_; }
  const std::vector<EvalJob>& jobs() const { return jobs_; }
  /// What a job asks.
  const BenchmarkConfig& benchmark(const EvalJob& job) const { return config_.benchmarks[job.benchmark]; }
  /// Name of the checkpoint, or the baseline.
  std::string answered_by(const EvalJob& job) const;

 private:
  EvalConfig config_;
  std::vector<EvalJob> jobs_;
};

}  // namespace pixelsail
