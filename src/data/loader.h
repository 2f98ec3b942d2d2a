#pragma once

/// The training stream: a weighted mixture of data sets, prepared by threads, in an order that depends on the
/// seed only (not on thread timing), with a position that can be saved and restored.

#include <cstdint>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/describe.h"
#include "data/example.h"

namespace pixelsail {

/// One data set of the mixture.
struct DatasetConfig {
  std::string kind;  ///< see dataset_kinds()
  std::string root;  ///< empty: DataConfig::root
  std::string split = "train";
  std::string split_by;  ///< unc, umd, google; empty: the usual one of the kind
  double weight = 1.0;   ///< share of samples drawn from it, relative to the others
  std::int64_t turns_per_sample = 1;
  std::int64_t start_sample = 0;  ///< joins the mixture after this many samples of the stream
  std::int64_t limit = 0;         ///< use only the first n samples; 0: all
};

struct TeacherConfig {
  std::string slot;  ///< mask2former or sam2
  std::string dir;   ///< folder with index.json and shards; relative to the data root
};

struct DataConfig {
  std::string root;
  std::vector<DatasetConfig> datasets;
  std::vector<TeacherConfig> teachers;
  std::int64_t workers = 1;        ///< prefetch threads
  std::int64_t prefetch = 4;       ///< batches prepared ahead
  std::string on_error = "skip";   ///< skip (count and report) or stop
  std::string gt_merge = "union";  ///< union, lisa_sum, sa2va_rle
  std::int64_t max_length = 8192;  ///< tokens
};

template <class Visitor>
void describe(Visitor& v, DatasetConfig& c) {
  v.field("kind", c.kind,
          {.one_of = {"refcoco", "refcoco+", "refcocog", "grefcoco", "refcocog_caption", "llava",
                      "perbench_caption", "perbench_mcq", "perbench_vtres", "folder"},
           .required = true,
           .help = "layout of the data set"});
  v.field("root", c.root, {.help = "folder of the data set; empty: data.root"});
  v.field("split", c.split, {.help = "train, val, testA, testB, test"});
  v.field("split_by", c.split_by,
          {.one_of = {"", "unc", "umd", "google"}, .help = "which split file; empty: the usual one"});
  v.field("weight", c.weight, {.min = 0, .help = "share of the mixture"});
  v.field("turns_per_sample", c.turns_per_sample,
          {.min = 1, .max = 64, .help = "question turns about one image in a sequence"});
  v.field("start_sample", c.start_sample,
          {.min = 0, .help = "joins the mixture after this many samples (easy data sets first)"});
  v.field("limit", c.limit, {.min = 0, .help = "use only the first n samples; 0: all"});
}

template <class Visitor>
void describe(Visitor& v, TeacherConfig& c) {
  v.field("slot", c.slot,
          {.one_of = {"mask2former", "sam2"}, .required = true, .help = "which distillation term"});
  v.field("dir", c.dir, {.required = true, .help = "folder of cached features, relative to data.root"});
}

template <class Visitor>
void describe(Visitor& v, DataConfig& c) {
  v.field("root", c.root, {.required = true, .help = "data folder"});
  v.field("datasets", c.datasets, {.required = true, .help = "the mixture"});
  v.field("teachers", c.teachers, {.help = "cached teacher features"});
  v.field("workers", c.workers, {.min = 1, .max = 256, .help = "prefetch threads"});
  v.field("prefetch", c.prefetch, {.min = 1, .max = 1024, .help = "batches prepared ahead"});
  v.field("on_error", c.on_error, {.one_of = {"skip", "stop"}, .help = "what a broken sample does"});
  v.field("gt_merge", c.gt_merge,
          {.one_of = {"union", "lisa_sum", "sa2va_rle"}, .help = "merging of polygons"});
  v.field("max_length", c.max_length, {.min = 16, .help = "longest sequence in tokens"});
}

/// Builds one data set. Unknown kinds throw ConfigError listing the known ones.
std::unique_ptr<Dataset> make_dataset(const DatasetConfig& config, const DataConfig& data);

/// Everything that turns a Sample into an Example.
struct ExampleBuilder {
  std::shared_ptr<const Tokenizer> tokenizer;
  SpecialTokens special;
  PreprocessConfig preprocess;
  std::int64_t max_length = 8192;
  /// The family for whose model the examples are; never null, and outlives the builder.
  const ChatTemplate* chat = &chat_template("pixelsail");
  /// Masks belong to the [SEG] of answers only, not to those of questions.
  bool scored_seg_only = false;
  /// Decodes, resizes, patchifies, tokenizes, paints prompts (large to small, as training does) and counts
  /// [SEG]. Throws DataError with the sample's id, among others for an image that alone takes more than
  /// max_length tokens, naming a max_side that fits.
  Example build(const Sample& sample) const;
};

class Loader {
 public:
  /// Reads all annotations at once. `rank`/`world_size` split the stream between processes.
  Loader(const DataConfig& config, ExampleBuilder builder, std::int64_t batch_size, std::uint64_t seed,
         int rank = 0, int world_size = 1);
  ~Loader();

  /// Blocks until the next batch is ready. Never ends. With on_error stop, a broken sample's DataError
  /// surfaces here.
  Batch next();
  /// Seconds next() waited in the last call.
  double last_wait_s() const;
  /// Position after the batches handed out so far: {"batches": n, ...}; restore() continues exactly there.
  nlohmann::json state() const;
  void restore(const nlohmann::json& state);
  /// Samples in each data set of the mixture.
  std::vector<std::pair<std::string, std::int64_t>> sizes() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pixelsail
