#pragma once

/// Evaluation benchmarks on synthetic scenes, in their published file layouts, beside a synthetic data set:
///   ROOT/perbench     STBench_{Detailed_Caption,MCQ,VRES}.json, masa_sam_500k/
///   ROOT/mme, mmbench, seedbench, mmstar    <name>.tsv with the pictures inside
///   ROOT/reasonseg    {train,val}/*.jpg and *.json
///   ROOT/gcg          val_gcg_coco_{mask,caption}_gt.json, val_test/*.jpg
///   ROOT/muse         muse_val.json (its pictures are those in ROOT/images/train2014)
///   ROOT/perbench_train  as perbench, of training scenes
///   ROOT/llava        llava_train.json, multiple choice and yes/no (pictures in ROOT/images/train2014)
/// Each folder also holds benchmark.json, which says what it was written with. The scenes are the first of
/// the data set's split val (of train: perbench_train, llava, reasonseg/train), so no model has been trained
/// on them. RefCOCOg's region captions are part of the data set itself.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/log.h"
#include "synth/synth.h"

namespace pixelsail {

std::vector<std::string> synth_benchmark_names();

/// Names and sizes; a size is the number of scenes, at most as many as the split has.
struct SynthBenchmarkConfig {
  std::vector<std::string> names;  ///< of synth_benchmark_names(), or "all"
  std::int64_t scenes = 40;
  std::int64_t reasonseg_train = 80;
  std::int64_t train_scenes = 0;  ///< of perbench_train and llava; 0: all
};

template <class Visitor>
void describe(Visitor& v, SynthBenchmarkConfig& c) {
  std::vector<std::string> known = synth_benchmark_names();
  known.emplace_back("all");
  v.field("names", c.names, {.one_of = known, .help = "benchmarks to write; all: every one"});
  v.field("scenes", c.scenes, {.min = 1, .max = 1e6, .help = "scenes of the split val in each benchmark"});
  v.field("reasonseg_train", c.reasonseg_train,
          {.min = 1, .max = 1e6, .help = "scenes of the split train in ReasonSeg's training part"});
  v.field("train_scenes", c.train_scenes,
          {.min = 0, .max = 1e6, .help = "scenes of the split train in perbench_train and llava; 0: all"});
}

/// Writes those that are not there yet, each under a temporary name that is changed when it is complete. The
/// bytes depend on the two configurations alone. Throws ConfigError for an unknown name, a size below 1, a
/// data set without scenes in a split that is needed, or a folder that holds something else or was written
/// with other options; RunError when writing fails. `root` must hold the data set of `data` (ConfigError).
void write_synthetic_benchmarks(const SynthBenchmarkConfig& config, const SynthConfig& data,
                                const std::filesystem::path& root, Logger* log);

}  // namespace pixelsail
