#pragma once

/// Configuration of the training stream.

#include <cstdint>
#include <string>
#include <vector>

#include "core/describe.h"

namespace pixelsail {

/// What becomes of a visual prompt in a data set with shapes: shares, of their sum.
struct PromptShares {
  double mask = 0.2, box = 0.4, point = 0.4;
};

/// One data set of the mixture.
struct DatasetConfig {
  std::string kind;  ///< name of a row, see data/dataset.h
  std::string root;  ///< empty: DataConfig::root
  std::string split = "train";
  std::string split_by;  ///< unc, umd, google; empty: the usual one of the kind
  double weight = 1.0;   ///< share of samples drawn from it, relative to the others
  std::int64_t turns_per_sample = 1;
  std::int64_t start_sample = 0;        ///< joins the mixture after this many samples of the stream
  std::int64_t limit = 0;               ///< use only the first n samples; 0: all
  std::string rules;                    ///< published or simple; empty: the usual ones of the kind
  std::string texts = "published";      ///< or clean; only with rules: published
  std::string sentence = "raw";         ///< or sent; refcoco* and grefcoco with rules: published
  std::int64_t objects_per_sample = 0;  ///< with rules: published; 0: as published
  PromptShares prompt_shares;           ///< of kinds that end in _shapes
};

struct TeacherConfig {
  std::string slot;  ///< mask2former or sam2
  std::string dir;   ///< folder with index.json and shards; relative to the root (features_folder)
  /// Exported teacher that runs during the training, on pictures that `dir` lacks; relative as init_from is.
  std::string module;
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

/// Names of all kinds of data sets (data/dataset.h).
std::vector<std::string> dataset_kinds();

template <class Visitor>
void describe(Visitor& v, PromptShares& c) {
  v.field("mask", c.mask, {.min = 0, .help = "share that stays the mask"});
  v.field("box", c.box, {.min = 0, .help = "share that becomes the filled bounding box"});
  v.field("point", c.point, {.min = 0, .help = "share that becomes one pixel inside"});
}

template <class Visitor>
void describe(Visitor& v, DatasetConfig& c) {
  v.field("kind", c.kind, {.one_of = dataset_kinds(), .required = true, .help = "layout of the data set"});
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
  v.field(
      "rules", c.rules,
      {.one_of = {"", "simple", "published"},
       .help = "how records become samples: as the published training does it, or simple; empty: the usual "
               "ones of the kind"});
  v.field("texts", c.texts,
          {.one_of = {"published", "clean"},
           .help = "wording with rules: published: as published, or with its slips mended"});
  v.field("sentence", c.sentence,
          {.one_of = {"raw", "sent"},
           .help = "which form of an expression refcoco* and grefcoco take with rules: published"});
  v.field("objects_per_sample", c.objects_per_sample,
          {.min = 0,
           .max = 15,
           .help = "objects asked for with rules: published; 0: as published (5, reasonseg 3)"});
  v.field("prompt_shares", c.prompt_shares, {.help = "what prompts become in kinds that end in _shapes"});
}

template <class Visitor>
void describe(Visitor& v, TeacherConfig& c) {
  v.field("slot", c.slot,
          {.one_of = {"mask2former", "sam2"}, .required = true, .help = "which distillation term"});
  v.field("dir", c.dir,
          {.help = "folder of cached features, relative to the data set's own root where it is there, else "
                   "to data.root; empty: none"});
  v.field(
      "module", c.module,
      {.help = "exported teacher (.pt, .pt2, its .yaml beside it) that runs during the training on pictures "
               "without cached features; empty: none"});
}

template <class Visitor>
void describe(Visitor& v, DataConfig& c) {
  v.field("root", c.root, {.required = true, .help = "data folder"});
  v.field("datasets", c.datasets, {.required = true, .help = "the mixture"});
  v.field("teachers", c.teachers, {.help = "frozen models whose features are learned, too"});
  v.field("workers", c.workers, {.min = 1, .max = 256, .help = "prefetch threads"});
  v.field("prefetch", c.prefetch, {.min = 1, .max = 1024, .help = "batches prepared ahead"});
  v.field("on_error", c.on_error, {.one_of = {"skip", "stop"}, .help = "what a broken sample does"});
  v.field("gt_merge", c.gt_merge,
          {.one_of = {"union", "lisa_sum", "sa2va_rle"}, .help = "merging of polygons"});
  v.field("max_length", c.max_length, {.min = 16, .help = "longest sequence in tokens"});
}

}  // namespace pixelsail
