// pixelsail-score: scores predictions of any system against the published annotation files, or compares two
// systems.

#include <algorithm>
#include <map>

#include "benchmarks/benchmark.h"
#include "benchmarks/bootstrap.h"
#include "benchmarks/compare.h"
#include "program.h"

namespace {

using pixelsail::BootstrapOptions;
using pixelsail::ScoreRequest;

void add_inputs(CLI::App& app, ScoreRequest& request) {
  std::string names;
  for (const std::string& name : pixelsail::benchmark_names()) names += (names.empty() ? "" : ", ") + name;
  app.add_option("--benchmark", request.benchmark, names);
  app.add_option("--annotations", request.annotations, "ROOT, the folder that holds <benchmark>/...");
  app.add_option("--predictions", request.predictions,
                 "one JSON object a line (docs/howto_metric.md); perbench takes three: caption=FILE mcq=FILE "
                 "vtres=FILE");
  app.add_option("--references", request.references,
                 "text: lines {\"id\":..,\"text\":..} or {\"id\":..,\"texts\":[..]}");
  app.add_option("--split", request.split,
                 "refer benchmarks: val, testA, testB, test, train; others: see the manual");
  app.add_option("--split-by", request.split_by,
                 "which split file: unc, umd or google (default: the usual one)")
      ->check(CLI::IsMember({"unc", "umd", "google"}));
  app.add_flag("--allow-missing", request.allow_missing,
               "missing, double, unknown and broken predictions count as wrong and are reported");
}

/// Options of benchmarks, as they stand on the command line.
struct GivenOptions {
  /// By name: --gt-merge lisa_sum.
  std::map<std::string, std::string> named;
  /// --set gt_merge=lisa_sum
  std::vector<std::string> assignments;

  void add(CLI::App& app) {
    for (const pixelsail::BenchmarkOption& option : pixelsail::benchmark_options()) {
      std::string flag = option.name;
      std::ranges::replace(flag, '_', '-');
      const std::string owners = pixelsail::option_owners(option.name);
      auto* added = app.add_option_function<std::string>(
          "--" + flag, [this, name = option.name](const std::string& text) { named[name] = text; },
          option.spec.help + " (" + owners + ")");
      if (!option.spec.one_of.empty()) added->check(CLI::IsMember(option.spec.one_of));
    }
    app.add_option("--set", assignments,
                   "KEY=VALUE, an option of the benchmark by the name it has in evaluations; may be repeated")
        ->allow_extra_args(false);
  }
  void apply(pixelsail::OptionValues& options) const {
    for (const auto& [name, text] : named) options.set(name, text);
    for (const std::string& assignment : assignments) options.assign(assignment);
  }
};

/// With a benchmark two prediction files, without one two per-sample files.
pixelsail::OrderedJson compare(ScoreRequest request, const std::vector<std::string>& files,
                               const BootstrapOptions& options) {
  if (request.benchmark.empty()) {
    const auto [a, b] = pixelsail::read_per_sample(files[0], files[1]);
    return pixelsail::compare_results(a, b, options);
  }
  if (!request.predictions.empty()) throw pixelsail::ConfigError("--compare stands for --predictions");
  request.predictions = {files[0]};
  const auto a = pixelsail::score_benchmark(request);
  request.predictions = {files[1]};
  const auto b = pixelsail::score_benchmark(request);
  return pixelsail::compare_results(a, b, options);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Scores predictions and prints one JSON object", "pixelsail-score"};
  ScoreRequest request;
  BootstrapOptions options;
  std::filesystem::path per_sample;
  std::vector<std::string> compared;
  GivenOptions given;
  add_inputs(app, request);
  given.add(app);
  app.add_option("--per-sample", per_sample, "writes one line a sample into this file");
  app.add_option("--bootstrap", options.resamples, "draws for 95 % intervals; 0: none")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--seed", options.seed, "of the draws")->capture_default_str();
  app.add_option("--compare", compared,
                 "two per-sample files, or with --benchmark two prediction files: which is better, and where")
      ->expected(2);
  return pixelsail::run_program(app, argc, argv, [&] {
    given.apply(request.options);
    if (!compared.empty()) {
      std::cout << compare(request, compared, options).dump(2) << '\n';
      return;
    }
    if (request.benchmark.empty()) throw pixelsail::ConfigError("--benchmark is missing (see --help)");
    auto result = pixelsail::score_benchmark(request);
    pixelsail::add_intervals(result, options);
    if (!per_sample.empty()) pixelsail::write_per_sample(per_sample, result);
    std::cout << result.json.dump(2) << '\n';
  });
}
