#pragma once

/// refcoco, refcoco+, refcocog and grefcoco from a file of predictions:
///   {"ref_id":..,"sent_id":..,"image_id":..,"mask":RLE or null}, one line an expression
/// against ROOT/<benchmark>/{instances.json, refs(..).p or grefs(unc).json}. Sample ids are
/// "<ref_id>:<sent_id>". The bootstrap draws images with all their expressions.

#include <string_view>

#include "annotations/published_prompts.h"
#include "annotations/refer.h"
#include "benchmarks/benchmark.h"
#include "benchmarks/refer/expression_scores.h"

namespace pixelsail {

/// Throws ConfigError without a split; see score_benchmark().
ScoreResult score_refer_benchmark(const ScoreRequest& request);
/// The same with annotations of the request's split that have been read.
ScoreResult score_refer_benchmark(const ReferData& data, const ScoreRequest& request);

QuestionSet ask_refer(const BenchmarkConfig& config);
void check_refer(const BenchmarkConfig& config, const CheckOptions& options, BenchmarkCheck& check);

/// Options of those without no-target samples.
struct ReferOptions {
  PolygonMerge gt_merge = PolygonMerge::kUnion;
};

template <class Visitor>
void describe(Visitor& v, ReferOptions& c) {
  gt_merge_field(v, c.gt_merge);
}

constexpr Benchmark refer_benchmark(std::string_view name, std::string_view files) {
  return {.name = name,
          .published = {.split = "val", .prompt = kReferPrompt, .place = "sent"},
          .ask = ask_refer,
          .score = score_refer_benchmark,
          .check = check_refer,
          .options = list_options<ReferOptions>,
          .files = files};
}

constexpr Benchmark grefcoco_benchmark() {
  Benchmark benchmark =
      refer_benchmark("grefcoco", "grefcoco/{instances.json, grefs(unc).json}, images/train2014/*.jpg");
  benchmark.options = list_options<ScoreOptions>;
  return benchmark;
}

}  // namespace pixelsail
