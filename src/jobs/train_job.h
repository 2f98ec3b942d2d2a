#pragma once

/// A training job: the run's configuration, what is evaluated between its steps, and the synthetic data it may
/// write first. Rooms that must not know each other meet here.

#include <filesystem>
#include <string>
#include <vector>

#include "benchmarks/benchmark_config.h"
#include "synth/synth_section.h"
#include "train/config.h"
#include "train/trainer.h"

namespace pixelsail {

/// The data set scored every train.eval_every steps.
struct ValidationConfig {
  std::string benchmark = "refcoco";
  std::string split = "val";
  std::string root;
  std::int64_t limit = 200;
  std::int64_t batch_size = 16;
  std::int64_t max_new_tokens = 16;
  std::string metric;         ///< what is watched; empty: the first of the benchmark
  bool keep_best = false;     ///< also with patience
  std::int64_t patience = 0;  ///< evaluations; 0: the run is not ended early
  double min_delta = 0;

  bool watches() const { return keep_best || patience > 0; }
};

/// The file that pixelsail-train reads.
struct TrainJob {
  RunConfig run;
  ValidationConfig eval;
  SynthSection synth;
};

template <class Visitor>
void describe(Visitor& v, ValidationConfig& c) {
  v.field("benchmark", c.benchmark, {.one_of = question_benchmarks()});
  v.field("split", c.split);
  v.field("root", c.root, {.help = "empty: data.root"});
  v.field("limit", c.limit, {.min = 0, .help = "only the first n expressions; 0: all"});
  v.field("batch_size", c.batch_size, {.min = 1, .max = 4096});
  v.field("max_new_tokens", c.max_new_tokens, {.min = 1});
  v.field("metric", c.metric,
          {.help = "which score keep_best and patience look at; empty: the first that the benchmark has"});
  v.field("keep_best", c.keep_best,
          {.help = "keep the model of the best evaluation in output_dir/best; patience does so too"});
  v.field("patience", c.patience,
          {.min = 0, .help = "end the training after so many evaluations without improvement; 0: never"});
  v.field("min_delta", c.min_delta, {.min = 0, .help = "improvements below this do not count"});
}

template <class Visitor>
void describe(Visitor& v, TrainJob& c) {
  describe(v, c.run);
  v.field("eval", c.eval);
  v.field("synth", c.synth);
}

/// Reads a job; init_from says what of the model the file leaves out. Overrides are "key.path=value". Throws
/// ConfigError naming the place.
TrainJob read_train_job(const std::filesystem::path& file, const std::vector<std::string>& overrides);
/// The same from text; `name` stands for the file in messages.
TrainJob parse_train_job(const std::string& text, const std::string& name,
                         const std::vector<std::string>& overrides);

/// Callbacks of a caller, as TrainerHooks has them; each may be null. False: the run ends after the step.
struct TrainJobEvents {
  std::function<bool(const nlohmann::ordered_json&line)> on_step, on_evaluation;
  std::function<void(std::int64_t steps)> on_begin;
  std::function<void(const TrainingEnd&)> on_end;
};

/// Writes synthetic data where they are wanted and missing, trains, and evaluates between steps. Resuming with
/// another configuration than that of the folder is a ConfigError. Returns whether the run is complete.
bool run_train_job(const TrainJob& job, RunStart start, const RunContext& context,
                   const TrainJobEvents& events = {});

/// Times a few steps of it, and writes nothing but missing synthetic data. With kResume a changed
/// configuration is an error here too.
DryRunReport dry_run_train_job(const TrainJob& job, RunStart start, const RunContext& context);

}  // namespace pixelsail
