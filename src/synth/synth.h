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
/// With `mix` also the layouts of synth/mix/training_mix.h, and masks with holes are polygons everywhere: the published
/// training data of RefCOCO have no run lengths.
/// The bytes depend on the options alone, not on the number of threads.

#include <cstdint>
#include <filesystem>
#include <memory>
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
  std::int64_t max_side = 128;  ///< pixels
  std::int64_t mix = 0;         ///< training scenes that are written in the other layouts of the mix as well
  std::vector<std::string> shapes = shape_names(default_shapes());  ///< what objects are drawn from
  /// One of `shapes`, to teach a trained model that word: it is in every scene, and all expressions are about
  /// it.
  std::string focus;
  std::string world = "shapes";  ///< what scenes are made of: "shapes" or "things"
  std::vector<std::string> things{
      "data/things"};              ///< folders with pictures of things (synth/things/library.h)
  std::vector<std::string> nouns;  ///< of the pictures; empty: all
  /// Folders with pictures of anything else, without names, and how many more training scenes show them: they are asked for
  /// by colour, size and place in refcoco and refcoco+ alone.
  std::vector<std::string> nameless;
  std::int64_t train_nameless = 0;
  std::vector<std::string> frequent;  ///< nouns that `train_frequent` more training scenes show alone
  std::int64_t train_frequent = 0;
  double frequent_strangers =
      0;                     ///< share of these scenes in which about half of the things are of `nameless`
  double restyled = 0;       ///< share of the things in training scenes that are shown in another manner
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
  v.field(
      "mix", c.mix,
      {.min = 0,
       .max = 1e5,
       .help = "training scenes, at most, that are written in every layout of the published training mix"});
  std::vector<std::string> names = shape_names(all_shapes());
  v.field("shapes", c.shapes, {.one_of = names, .help = "shapes that objects are drawn from"});
  names.insert(names.begin(), "");
  v.field("focus", c.focus,
          {.one_of = names, .help = "the shape that every expression names and means; empty: all shapes"});
  v.field("world", c.world, {.one_of = {"shapes", "things"}, .help = "what the scenes are made of"});
  v.field("things", c.things, {.help = "folders with the pictures of the world of things"});
  v.field("nouns", c.nouns,
          {.help = "the things that the scenes show; empty: all that there are pictures of"});
  v.field("nameless", c.nameless,
          {.help = "folders with pictures of anything else, which expressions do not name"});
  v.field("train_nameless", c.train_nameless,
          {.min = 0, .max = 1e7, .help = "training scenes that show pictures of `nameless` alone"});
  v.field("frequent", c.frequent, {.help = "nouns that training scenes show more often than others"});
  v.field("train_frequent", c.train_frequent,
          {.min = 0, .max = 1e7, .help = "more training scenes, which show the nouns in `frequent` alone"});
  v.field(
      "frequent_strangers", c.frequent_strangers,
      {.min = 0,
       .max = 1,
       .help =
           "share of the scenes of `frequent` in which about half of the things are of `nameless` instead"});
  v.field("restyled", c.restyled,
          {.min = 0,
           .max = 1,
           .help = "share of the things in training scenes that are drawn in another manner: grey, in lines, "
                   "with a texture"});
  v.field("threads", c.threads, {.min = 0, .max = 1024, .help = "threads that draw scenes; 0: all cores"});
}

/// What decides the bytes of a data set, as dataset.json records it. Throws ConfigError for shapes that
/// cannot be, DataError for pictures of things that cannot be read.
OrderedJson dataset_options(const SynthConfig& config);

/// The pictures of the world of things; null in the world of shapes. Throws DataError.
std::shared_ptr<const ThingLibrary> load_things(const SynthConfig& config);

/// The scene number `index` of a split (train, val, testA, testB); image_folder is left empty. In the world of things val
/// and testB show exemplars that train does not, testA those of train; the photographs below them are never those of
/// train. `things`: what load_things() gave.
SceneRequest request_of(const SynthConfig& config, const std::string& split, std::int64_t index,
                        const std::shared_ptr<const ThingLibrary>& things = nullptr);

/// Whether `out` holds a whole data set written with these options (threads aside).
bool dataset_complete(const std::filesystem::path& out, const SynthConfig& config);

/// Writes the data set under a temporary name and renames it when complete. A complete one with the same
/// options is left alone. Throws ConfigError when `out` holds anything else or an option is out of range,
/// RunError when writing fails. `log` may be null.
void write_synthetic_dataset(const SynthConfig& config, const std::filesystem::path& out, Logger* log);

}  // namespace pixelsail
