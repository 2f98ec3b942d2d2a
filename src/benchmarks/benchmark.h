#pragma once

/// The benchmarks: what each asks, how its answers are scored, how its files are looked through. One is a folder
/// (benchmarks/muse is a small one) and a row of the table in registry.cpp; a program that links the library adds
/// its own by a static Extension<Benchmark> (core/registry.h, tests/extend/benchmark.cpp). Whatever lists benchmarks
/// or their options reads the rows.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "benchmarks/benchmark_config.h"
#include "benchmarks/check.h"
#include "benchmarks/options.h"
#include "benchmarks/question_set.h"
#include "benchmarks/score_request.h"
#include "benchmarks/score_result.h"
#include "core/registry.h"

namespace pixelsail {

/// What a benchmark is asked where the configuration does not say.
struct PublishedQuestion {
  std::string_view split = {};
  /// Question template, and the place that any template must have; empty: none.
  std::string_view prompt = {}, place = {};
  /// For requests that are no sentence; empty: the benchmark makes no difference.
  std::string_view phrase_prompt = {};
  /// BenchmarkConfig::retry_prefix; empty: nothing is asked again.
  std::string_view retry_prefix = {};
};

struct Benchmark {
  std::string_view name;
  PublishedQuestion published = {};
  /// Reads the annotations. `config` has its published values. Null: scored only, by predictions of others.
  QuestionSet (*ask)(const BenchmarkConfig& config) = nullptr;
  /// Reads annotations and predictions. Call score_benchmark().
  ScoreResult (*score)(const ScoreRequest& request) = nullptr;
  /// Adds what is found in the annotations to `check`; errors it throws become faults. Null: the questions are
  /// counted, and their pictures and regions looked at.
  void (*check)(const BenchmarkConfig& config, const CheckOptions& options, BenchmarkCheck& check) = nullptr;
  /// list_options<its struct>; null: none.
  std::vector<BenchmarkOption> (*options)() = nullptr;
  /// What belongs below the root, for who has nothing there.
  std::string_view files = {};
  /// Prediction files it can take.
  std::size_t most_files = 1;
  /// Of its metrics: "fraction" (0 to 1, shown in percent) or "points".
  std::string_view unit = "fraction";
  /// Those of its metrics of which less is better; of all others more is.
  std::span<const std::string_view> lower_is_better = {};
};

/// Names in the order of the documentation: of those that can be scored, and of those that can be asked as well.
std::vector<std::string> benchmark_names();
const std::vector<std::string>& question_benchmarks();

/// Throws ConfigError for an unknown benchmark, listing the known ones.
const Benchmark& find_benchmark(std::string_view name);
/// The same; a ConfigError too when it is scored only.
const Benchmark& find_asked_benchmark(std::string_view name);

/// Whether more of a metric is better. Throws ConfigError for an unknown benchmark.
bool higher_is_better(std::string_view benchmark, std::string_view metric);

/// The benchmarks that have an option, as a list for messages.
std::string option_owners(const std::string& option);

/// Throws ConfigError for an option that the benchmark does not have, unless it stands at its default; says which
/// benchmarks have it.
void check_options(const Benchmark& benchmark, const OptionValues& options);

/// Scores `request.predictions`. Throws ConfigError for an unknown benchmark, an option that it does not have or
/// that it needs and lacks, DataError for annotations or predictions that are missing, broken or do not fit.
ScoreResult score_benchmark(const ScoreRequest& request);

/// Answers to all questions of a set, one line of predictions each, scored with the annotations that asking has
/// read. Throws as score_benchmark(); `name` stands for the lines in messages.
ScoreResult score_answers(const BenchmarkConfig& config, const QuestionSet& set,
                          const std::vector<OrderedJson>& lines, const std::string& name);

}  // namespace pixelsail
