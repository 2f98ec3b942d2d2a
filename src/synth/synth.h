#pragma once

/// Writes a synthetic referring-segmentation data set in the published file formats, so that everything that
/// reads the real data sets reads it too:
///   OUT/refcoco, refcoco+   instances.json, refs(unc).p
///   OUT/refcocog            instances.json, refs(umd).p
///   OUT/grefcoco            instances.json, grefs(unc).json
///   OUT/refcocog_caption    finetune_refcocog_{train,val}_with_mask.json, finetune_refcocog_val_captions.json
///   OUT/images/train2014    PNG and JPEG files
///   OUT/teachers/scene      maps of the training images
///   OUT/dataset.json        options, counts, format
/// The bytes depend on the options alone, not on the number of threads.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/describe.h"
#include "core/log.h"
#include "io/json.h"
#include "synth/build_scene.h"
#include "synth/scene.h"

namespace pixelsail {

struct SynthConfig {
  std::int64_t seed = 1;
  std::int64_t train = 6000;  ///< scenes
  std::int64_t val = 150;
  std::int64_t test_a = 60;
  std::int64_t test_b = 60;
  std::int64_t max_side = 128;                                      ///< pixels
  std::vector<std::string> shapes = shape_names(default_shapes());  ///< what objects are drawn from
  /// One of `shapes`, to teach a trained model that word: it is in every scene, and all expressions are about
  /// it.
  std::string focus;
  std::int64_t threads = 0;  ///< 0: as many as the machine has; no part of the data set's identity
};

template <class Visitor>
void describe(Visitor& v, SynthConfig& c) {
  v.field("seed", c.seed, {.min = 0, .help = "random seed; the same seed gives the same bytes"});
  v.field("train", c.train, {.min = 0, .max = 1e7, .help = "training scenes"});
  v.field("val", c.val, {.min = 0, .max = 1e6, .help = "validation scenes"});
  v.field("test_a", c.test_a, {.min = 0, .max = 1e6, .help = "testA scenes"});
  v.field("test_b", c.test_b, {.min = 0, .max = 1e6, .help = "testB scenes"});
  v.field("max_side", c.max_side, {.min = 64, .max = 1024, .help = "longest image side in pixels"});
  std::vector<std::string> names = shape_names(all_shapes());
  v.field("shapes", c.shapes, {.one_of = names, .help = "shapes that objects are drawn from"});
  names.insert(names.begin(), "");
  v.field("focus", c.focus,
          {.one_of = names, .help = "the shape that every expression names and means; empty: all shapes"});
  v.field("threads", c.threads, {.min = 0, .max = 1024, .help = "threads that draw scenes; 0: all cores"});
}

/// What decides the bytes of a data set, as dataset.json records it. Throws ConfigError for shapes that
/// cannot be.
OrderedJson dataset_options(const SynthConfig& config);

/// The scene number `index` of a split (train, val, testA, testB); image_folder is left empty.
SceneRequest request_of(const SynthConfig& config, const std::string& split, std::int64_t index);

/// Whether `out` holds a whole data set written with these options (threads aside).
bool dataset_complete(const std::filesystem::path& out, const SynthConfig& config);

/// Writes the data set under a temporary name and renames it when complete. A complete one with the same
/// options is left alone. Throws ConfigError when `out` holds anything else or an option is out of range,
/// RunError when writing fails. `log` may be null.
void write_synthetic_dataset(const SynthConfig& config, const std::filesystem::path& out, Logger* log);

}  // namespace pixelsail
