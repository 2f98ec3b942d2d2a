#pragma once

/// One benchmark of an evaluation: where it lies, and every part of the protocol that could be another.
/// Defaults are the published Pixel-SAIL protocol, except gt_merge.

#include <cstdint>
#include <string>
#include <vector>

#include "core/describe.h"

namespace pixelsail {

/// Benchmarks that a model can be asked, in the order of the documentation.
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

  std::string gt_merge = "union";
  std::int64_t nt_min_pixels = 0;
  std::string choice_rules = "bundled";
  std::string yes_no_rules = "vlmevalkit";
  std::string missing_masks = "skip";
  std::string ignore_label = "published";
  std::string meteor_roles = "published";
  std::string similarities;
  std::string wordnet = "/usr/share/wordnet";
  std::string paraphrase;
  std::string meteor_data;
};

/// The configuration with every empty member that has a published value set to it: what is really asked.
/// Throws ConfigError for a template that lacks its place.
BenchmarkConfig with_published_values(BenchmarkConfig config);

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
  v.field(
      "gt_merge", c.gt_merge,
      {.one_of = {"union", "lisa_sum", "sa2va_rle"}, .help = "how polygons of one object become one mask"});
  v.field("nt_min_pixels", c.nt_min_pixels,
          {.min = 0, .help = "grefcoco: a mask of fewer pixels says \"no target\" (at least 1)"});
  v.field(
      "choice_rules", c.choice_rules,
      {.one_of = {"bundled", "current"}, .help = "multiple choice: VLMEvalKit's rules of then or of now"});
  v.field("yes_no_rules", c.yes_no_rules,
          {.one_of = {"vlmevalkit", "mme"}, .help = "mme: how yes and no are found in an answer"});
  v.field("missing_masks", c.missing_masks,
          {.one_of = {"skip", "count"}, .help = "answers without a mask: not in cIoU, or empty masks"});
  v.field(
      "ignore_label", c.ignore_label,
      {.one_of = {"published", "clean"}, .help = "reasonseg: ignored pixels lost as published, or left out"});
  v.field("meteor_roles", c.meteor_roles,
          {.one_of = {"published", "clean"},
           .help = "perbench_caption: prediction and reference swapped or not"});
  v.field("similarities", c.similarities, {.help = "gcg: JSON file with similarities of phrases"});
  v.field("wordnet", c.wordnet, {.help = "WordNet database folder"});
  v.field("paraphrase", c.paraphrase, {.help = "METEOR 1.5: paraphrase table (gzip); empty: none"});
  v.field("meteor_data", c.meteor_data, {.help = "METEOR 1.5: folder of its original resource files"});
}

}  // namespace pixelsail
