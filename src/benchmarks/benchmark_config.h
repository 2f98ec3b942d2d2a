#pragma once

/// One benchmark of an evaluation: where it lies, and every part of the protocol that could be another.
/// Defaults are the published Pixel-SAIL protocol, except gt_merge.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "benchmarks/options.h"
#include "core/describe.h"

namespace pixelsail {

/// Benchmarks that a model can be asked, in the order of the documentation (benchmark.h).
const std::vector<std::string>& question_benchmarks();

struct BenchmarkConfig {
  std::string benchmark;
  std::string root;
  std::string split;     ///< empty: the benchmark's usual one
  std::string split_by;  ///< unc, umd, google; empty: the usual one
  std::int64_t limit = 0;

  /// Question templates, empty for the published ones. Places: {sent} (refer), {question} (perbench_mcq,
  /// perbench_vtres, reasonseg, muse, tables), {hint} and {options} (tables; with the line ends they need).
  std::string prompt;
  std::string phrase_prompt;  ///< reasonseg: for requests that are no sentence
  /// What an answer without a mask is made to begin with when it is asked again; "none": it is not.
  /// Empty: as published ("It is [SEG]." for perbench_vtres, none for the others).
  std::string retry_prefix;
  std::int64_t max_new_tokens = 0;  ///< 0: that of the evaluation

  /// Those of the benchmark itself.
  OptionValues options;
};

/// The configuration with every empty member that has a published value set to it: what is really asked.
/// Throws ConfigError for a template that lacks its place and for an option that the benchmark does not have.
BenchmarkConfig with_published_values(BenchmarkConfig config);

/// Whether a key that a list of benchmarks has in common is one of this benchmark's: options of others are not.
bool takes_default(std::string_view benchmark, std::string_view key);

template <class Visitor>
void describe(Visitor& v, BenchmarkConfig& c) {
  v.field("benchmark", c.benchmark,
          {.one_of = question_benchmarks(), .required = true, .help = "what is asked"});
  v.field("root", c.root, {.required = true, .help = "folder that holds <benchmark>/ (and images/)"});
  v.field("split", c.split, {.help = "val, testA, ...; empty: the usual one"});
  v.field("split_by", c.split_by,
          {.one_of = {"", "unc", "umd", "google"}, .help = "which split file; empty: the usual one"});
  v.field("limit", c.limit, {.min = 0, .help = "only the first n questions; 0: all"});
  v.field("prompt", c.prompt, {.help = "question template; empty: the published one"});
  v.field("phrase_prompt", c.phrase_prompt,
          {.help = "reasonseg: template for requests that are no sentence"});
  v.field(
      "retry_prefix", c.retry_prefix,
      {.help = "asked again with this beginning when there is no mask; none: never; empty: as published"});
  v.field("max_new_tokens", c.max_new_tokens,
          {.min = 0, .max = 1e6, .help = "longest answer in tokens; 0: that of the evaluation"});
  describe(v, c.options);
}

}  // namespace pixelsail
