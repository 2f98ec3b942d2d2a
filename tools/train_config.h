#pragma once

/// The file that pixelsail-train reads: the trainer's configuration, what it evaluates, and the synthetic
/// data it may write first. Rooms that must not know each other meet here.

#include <string>

#include "benchmarks/benchmark_config.h"
#include "synth_section.h"
#include "train/config.h"

namespace pixelsail {

/// The data set scored every train.eval_every steps.
struct TrainEvalConfig {
  std::string benchmark = "refcoco";
  std::string split = "val";
  std::string root;
  std::int64_t limit = 200;
  std::int64_t batch_size = 16;
  std::int64_t max_new_tokens = 16;
};

struct TrainFile {
  TrainerConfig trainer;
  TrainEvalConfig eval;
  SynthSection synth;
};

template <class Visitor>
void describe(Visitor& v, TrainEvalConfig& c) {
  v.field("benchmark", c.benchmark, {.one_of = question_benchmarks()});
  v.field("split", c.split);
  v.field("root", c.root, {.help = "empty: data.root"});
  v.field("limit", c.limit, {.min = 0, .help = "only the first n expressions; 0: all"});
  v.field("batch_size", c.batch_size, {.min = 1, .max = 4096});
  v.field("max_new_tokens", c.max_new_tokens, {.min = 1});
}

template <class Visitor>
void describe(Visitor& v, TrainFile& c) {
  describe(v, c.trainer);
  v.field("eval", c.eval);
  v.field("synth", c.synth);
}

}  // namespace pixelsail
