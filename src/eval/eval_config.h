#pragma once

/// Configuration of pixelsail-eval: what is asked (benchmarks), who answers (checkpoints, baselines), what is
/// written.

#include <cstdint>
#include <string>
#include <vector>

#include "core/describe.h"
#include "eval/answer_refer.h"

namespace pixelsail {

struct BenchmarkConfig {
  std::string benchmark;
  std::string split;
  std::string root;
  std::string split_by;
  std::string gt_merge = "union";
  std::int64_t nt_min_pixels = 0;
  std::int64_t limit = 0;
};

struct CheckpointConfig {
  std::string name;
  std::string dir;
  std::string adapter;
};

struct EvalConfig {
  std::vector<BenchmarkConfig> benchmarks;
  std::vector<CheckpointConfig> checkpoints;
  std::vector<std::string> baselines;
  std::string prompt = kReferPrompt;
  std::int64_t max_new_tokens = 512;
  std::int64_t batch_size = 8;
  std::string on_error = "skip";
  std::string device = "auto";
  std::string dtype = "f32";
  std::int64_t threads = 0;
  std::string contact_sheet;
  std::int64_t contact_sheet_images = 12;
};

template <class Visitor>
void describe(Visitor& v, BenchmarkConfig& c) {
  v.field("benchmark", c.benchmark,
          {.one_of = {"refcoco", "refcoco+", "refcocog", "grefcoco"}, .required = true, .help = "data set"});
  v.field("split", c.split, {.required = true, .help = "train, val, testA, testB, test"});
  v.field("root", c.root, {.required = true, .help = "folder that holds <benchmark>/ and images/"});
  v.field("split_by", c.split_by,
          {.one_of = {"", "unc", "umd", "google"}, .help = "which split file; empty: the usual one"});
  v.field(
      "gt_merge", c.gt_merge,
      {.one_of = {"union", "lisa_sum", "sa2va_rle"}, .help = "how polygons of one object become one mask"});
  v.field("nt_min_pixels", c.nt_min_pixels,
          {.min = 0, .help = "grefcoco: a mask of fewer pixels says \"no target\" (at least 1)"});
  v.field("limit", c.limit, {.min = 0, .help = "only the first n expressions; 0: all"});
}

template <class Visitor>
void describe(Visitor& v, CheckpointConfig& c) {
  v.field("name", c.name, {.help = "name of its results; empty: that of the benchmark"});
  v.field("dir", c.dir, {.required = true, .help = "checkpoint folder"});
  v.field("adapter", c.adapter, {.help = "folder of a LoRA adapter for it; empty: none"});
}

template <class Visitor>
void describe(Visitor& v, EvalConfig& c) {
  v.field("benchmarks", c.benchmarks, {.required = true, .help = "what is asked"});
  v.field("checkpoints", c.checkpoints, {.help = "who answers; --checkpoint replaces the list by one"});
  v.field("baselines", c.baselines, {.help = "answers that need no model, to compare with: select_all"});
  v.field("prompt", c.prompt, {.help = "question; {sent} stands for the expression"});
  v.field("max_new_tokens", c.max_new_tokens, {.min = 1, .max = 1e6, .help = "longest answer in tokens"});
  v.field("batch_size", c.batch_size, {.min = 1, .max = 4096, .help = "questions answered together"});
  v.field("on_error", c.on_error, {.one_of = {"skip", "stop"}, .help = "what a broken sample does"});
  v.field("device", c.device, {.help = "auto, cpu, cuda, cuda:N"});
  v.field("dtype", c.dtype,
          {.one_of = {"f32", "bf16", "f16", "int8", "int4"}, .help = "weights and arithmetic of the model"});
  v.field("threads", c.threads, {.min = 0, .max = 4096, .help = "CPU threads; 0: one per core"});
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
/// prompt without {sent}, a sheet outside the output folder, results of one name.
void validate(const EvalConfig& config);

/// Checkpoints in their order, then baselines, each with every benchmark. A result is named after who
/// answers; after the benchmark when only one answers and has no name; after both when there are several of
/// both. A single job writes its predictions into the output folder itself, several into predictions/<name>/.
std::vector<EvalJob> plan_jobs(const EvalConfig& config);

}  // namespace pixelsail
