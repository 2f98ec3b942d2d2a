#include <algorithm>
#include <array>

#include "benchmarks/benchmark.h"
#include "benchmarks/folder/folder.h"
#include "benchmarks/gcg/gcg.h"
#include "benchmarks/muse/muse.h"
#include "benchmarks/perbench/perbench.h"
#include "benchmarks/reasonseg/reasonseg.h"
#include "benchmarks/refer/refer.h"
#include "benchmarks/region_captions/region_captions.h"
#include "benchmarks/text/text.h"
#include "benchmarks/vqa/vqa.h"

namespace pixelsail {
namespace {

constexpr std::array kBenchmarks{
    refer_benchmark("refcoco", "refcoco/{instances.json, refs(unc).p}, images/train2014/*.jpg"),
    refer_benchmark("refcoco+", "refcoco+/{instances.json, refs(unc).p}, images/train2014/*.jpg"),
    refer_benchmark("refcocog", "refcocog/{instances.json, refs(umd).p}, images/train2014/*.jpg"),
    grefcoco_benchmark(),
    region_caption_benchmark(),
    perbench_caption_benchmark(),
    perbench_choice_benchmark(),
    perbench_segmentation_benchmark(),
    perbench_benchmark(),
    mme_benchmark(),
    choice_benchmark("mmbench", "mmbench/MMBench_DEV_EN.tsv"),
    choice_benchmark("seedbench", "seedbench/SEEDBench_IMG.tsv"),
    choice_benchmark("mmstar", "mmstar/MMStar.tsv"),
    reasonseg_benchmark(),
    gcg_benchmark(),
    muse_benchmark(),
    folder_benchmark(),
    text_benchmark(),
};

/// Keys of written configurations have this order; options that are not named here follow.
constexpr std::array<std::string_view, 11> kOptionOrder{
    "gt_merge",     "nt_min_pixels", "choice_rules", "yes_no_rules", "missing_masks", "ignore_label",
    "meteor_roles", "similarities",  "wordnet",      "paraphrase",   "meteor_data"};

std::vector<const Benchmark*> rows() {
  return all_rows(std::span<const Benchmark>(kBenchmarks));
}

std::vector<BenchmarkOption> options_of_row(const Benchmark& benchmark) {
  return benchmark.options == nullptr ? std::vector<BenchmarkOption>() : benchmark.options();
}

bool has_option(const Benchmark& benchmark, const std::string& name) {
  const auto own = options_of_row(benchmark);
  return std::ranges::find(own, name, &BenchmarkOption::name) != own.end();
}

std::vector<BenchmarkOption> collect_options() {
  std::vector<BenchmarkOption> all;
  for (const Benchmark* row : rows()) {
    for (BenchmarkOption& option : options_of_row(*row)) {
      const auto found = std::ranges::find(all, option.name, &BenchmarkOption::name);
      if (found == all.end()) {
        all.push_back(std::move(option));
      } else if (found->fallback != option.fallback) {
        throw ConfigError("benchmark " + std::string(row->name) + ": its option " + option.name +
                          " has another type or default than that of other benchmarks");
      }
    }
  }
  std::ranges::stable_sort(all, {}, [](const BenchmarkOption& option) {
    return std::ranges::find(kOptionOrder, option.name) - kOptionOrder.begin();
  });
  return all;
}

}  // namespace

const std::vector<BenchmarkOption>& benchmark_options() {
  static const std::vector<BenchmarkOption> kOptions = collect_options();
  return kOptions;
}

std::vector<std::string> benchmark_names() {
  return row_names(std::span<const Benchmark>(kBenchmarks));
}

const std::vector<std::string>& question_benchmarks() {
  static const std::vector<std::string> kNames = [] {
    std::vector<std::string> names;
    for (const Benchmark* row : rows())
      if (row->ask != nullptr) names.emplace_back(row->name);
    return names;
  }();
  return kNames;
}

const Benchmark& find_benchmark(std::string_view name) {
  return find_row(std::span<const Benchmark>(kBenchmarks), name, "benchmark");
}

const Benchmark& find_asked_benchmark(std::string_view name) {
  const Benchmark& benchmark = find_benchmark(name);
  if (benchmark.ask == nullptr)
    throw ConfigError(std::string(name) + ": predictions are scored for it, but it asks nothing itself");
  return benchmark;
}

bool higher_is_better(std::string_view benchmark, std::string_view metric) {
  const auto lower = find_benchmark(benchmark).lower_is_better;
  return std::ranges::find(lower, metric) == lower.end();
}

std::string option_owners(const std::string& option) {
  std::string owners;
  for (const Benchmark* row : rows())
    if (has_option(*row, option)) owners += (owners.empty() ? "" : ", ") + std::string(row->name);
  return owners;
}

bool takes_default(std::string_view benchmark, std::string_view key) {
  if (std::ranges::find(benchmark_options(), key, &BenchmarkOption::name) == benchmark_options().end())
    return true;
  for (const Benchmark* row : rows()) {
    if (row->name == benchmark) return has_option(*row, std::string(key));
  }
  return true;  // an unknown benchmark is an error of its own
}

void check_options(const Benchmark& benchmark, const OptionValues& options) {
  for (const BenchmarkOption& option : benchmark_options()) {
    const OptionValue* given = options.find(option.name);
    if (given == nullptr || *given == option.fallback || has_option(benchmark, option.name)) continue;
    throw ConfigError(std::string(benchmark.name) + "." + option.name + ": " + std::string(benchmark.name) +
                      " has no such option, it belongs to " + option_owners(option.name));
  }
}

ScoreResult score_benchmark(const ScoreRequest& request) {
  const Benchmark& benchmark = find_benchmark(request.benchmark);
  if (request.predictions.empty()) throw ConfigError(request.benchmark + " needs a file of predictions");
  if (request.predictions.size() > benchmark.most_files)
    throw ConfigError(request.benchmark + " takes " + std::to_string(benchmark.most_files) +
                      " prediction file" + (benchmark.most_files > 1 ? "s" : "") + ", not " +
                      std::to_string(request.predictions.size()));
  check_options(benchmark, request.options);
  return benchmark.score(request);
}

ScoreResult score_answers(const BenchmarkConfig& given, const QuestionSet& set,
                          const std::vector<OrderedJson>& lines, const std::string& name) {
  const BenchmarkConfig config = with_published_values(given);
  ScoreRequest request{.benchmark = config.benchmark,
                       .annotations = config.root,
                       .predictions = {name},
                       .lines = &lines,
                       .split = config.split,
                       .split_by = config.split_by,
                       .options = config.options};
  if (config.limit > 0) {
    request.only.emplace();
    for (const AskedQuestion& question : set.questions) request.only->insert(question.id);
  }
  return set.score ? set.score(request) : score_benchmark(request);
}

}  // namespace pixelsail
