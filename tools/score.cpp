// pixelsail-score: scores predictions of any system against the published annotation files, or compares two
// systems.

#include <map>

#include "program.h"
#include "benchmarks/benchmark.h"
#include "benchmarks/bootstrap.h"
#include "benchmarks/compare.h"

namespace {

using pixelsail::BootstrapOptions;
using pixelsail::ScoreRequest;

/// A choice given by name: --NAME one|two.
template <class Value>
void add_choice(CLI::App& app, const std::string& name, Value& value,
                const std::map<std::string, Value>& choices, const std::string& help) {
  app.add_option(name, value, help)
      ->transform(CLI::CheckedTransformer(choices))
      ->option_text("TEXT:" + CLI::detail::generate_map(CLI::detail::smart_deref(choices), true));
}

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

void add_protocol(CLI::App& app, ScoreRequest& request) {
  using pixelsail::ChoiceRules;
  using pixelsail::PolygonMerge;
  using pixelsail::YesNoRules;
  add_choice<PolygonMerge>(app, "--gt-merge", request.gt_merge,
                           {{"union", PolygonMerge::kUnion},
                            {"lisa_sum", PolygonMerge::kLisaSum},
                            {"sa2va_rle", PolygonMerge::kSa2vaRle}},
                           "how polygons of one object become one mask");
  app.add_option("--nt-min-pixels", request.nt_min_pixels,
                 "grefcoco: a mask of fewer pixels (at least 1) says \"no target\"")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  add_choice<ChoiceRules>(app, "--choice-rules", request.choice_rules,
                          {{"bundled", ChoiceRules::kBundled}, {"current", ChoiceRules::kCurrent}},
                          "multiple choice: VLMEvalKit as bundled with the paper's code, or of today");
  add_choice<YesNoRules>(app, "--yes-no-rules", request.yes_no_rules,
                         {{"vlmevalkit", YesNoRules::kVlmEvalKit}, {"mme", YesNoRules::kMmeScript}},
                         "mme: how yes and no are found in an answer");
  add_choice<bool>(
      app, "--missing-masks", request.skip_missing_masks, {{"skip", true}, {"count", false}},
      "reasonseg, perbench_vtres, muse: answers without a mask are left out of cIoU, or counted as empty");
  add_choice<bool>(app, "--ignore-label", request.ignore_through_rle, {{"published", true}, {"clean", false}},
                   "reasonseg: ignored pixels as the published script loses them, or kept out of all counts");
  add_choice<bool>(app, "--meteor-roles", request.swapped, {{"published", true}, {"clean", false}},
                   "perbench: prediction and reference swapped as published, or not");
}

void add_text_data(CLI::App& app, ScoreRequest& request) {
  app.add_option("--similarities", request.similarities, "gcg: JSON file with similarities of phrases");
  app.add_option("--wordnet", request.wordnet, "WordNet database folder")->capture_default_str();
  app.add_option("--paraphrase", request.paraphrase, "METEOR 1.5: paraphrase table (gzip)");
  app.add_option("--meteor-data", request.meteor_data, "METEOR 1.5: folder of its original resource files");
}

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
  add_inputs(app, request);
  add_protocol(app, request);
  add_text_data(app, request);
  app.add_option("--per-sample", per_sample, "writes one line a sample into this file");
  app.add_option("--bootstrap", options.resamples, "draws for 95 % intervals; 0: none")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--seed", options.seed, "of the draws")->capture_default_str();
  app.add_option("--compare", compared,
                 "two per-sample files, or with --benchmark two prediction files: which is better, and where")
      ->expected(2);
  return pixelsail::run_program(app, argc, argv, [&] {
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
