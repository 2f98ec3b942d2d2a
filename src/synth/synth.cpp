#include "synth/synth.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "core/progress.h"
#include "core/user_path.h"
#include "io/atomic_file.h"
#include "io/pickle/pickle_writer.h"
#include "pixelsail/error.h"
#include "synth/mix/training_mix.h"
#include "synth/things/library.h"

namespace pixelsail {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDatasetFormat = "pixelsail-synth-2";
constexpr std::size_t kScenesPerShard = 256;
constexpr int kTrainRefs = 4, kOtherRefs = 2;

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

Shape known_shape(const std::string& name, const char* option) {
  if (const auto shape = shape_named(name)) return *shape;
  throw ConfigError(std::string("synthetic data set: ") + option + ": '" + name + "' is not one of " +
                    listed(shape_names(all_shapes())));
}

/// Shapes in the order of their categories, whatever the order of the list; throws ConfigError.
ShapeChoice choice_of(const SynthConfig& c) {
  ShapeChoice choice{.shapes = {}};
  for (const std::string& name : c.shapes) choice.shapes.push_back(known_shape(name, "shapes"));
  std::sort(choice.shapes.begin(), choice.shapes.end());
  if (choice.shapes.empty()) throw ConfigError("synthetic data set: shapes: at least one is needed");
  if (std::adjacent_find(choice.shapes.begin(), choice.shapes.end()) != choice.shapes.end())
    throw ConfigError("synthetic data set: shapes: " + listed(c.shapes) + ": one is listed twice");
  if (c.focus.empty()) return choice;
  choice.focus = known_shape(c.focus, "focus");
  if (!std::binary_search(choice.shapes.begin(), choice.shapes.end(), *choice.focus)) {
    throw ConfigError("synthetic data set: focus: '" + c.focus + "' is not among shapes (" +
                      listed(c.shapes) + ")");
  }
  if (choice.shapes.size() == 1)
    throw ConfigError("synthetic data set: focus: a second shape is needed to tell '" + c.focus + "' from");
  return choice;
}

void check_options(const SynthConfig& c) {
  if (std::min({c.seed, c.train, c.val, c.test_a, c.test_b, c.mix, c.train_nameless, c.train_frequent,
                c.threads}) < 0) {
    throw ConfigError("synthetic data set: seed, scene counts and threads must not be negative");
  }
  if (c.train + c.val + c.test_a + c.test_b == 0)
    throw ConfigError("synthetic data set: no scene is asked for");
  if (c.max_side < 64 || c.max_side > 1024)
    throw ConfigError("synthetic data set: max_side must lie in 64..1024");
  if (c.world != "shapes" && c.world != "things")
    throw ConfigError("synthetic data set: world: '" + c.world + "' is neither shapes nor things");
  if ((c.world != "things" || c.nameless.empty()) && c.train_nameless > 0) {
    throw ConfigError(
        "synthetic data set: train_nameless: such scenes are of the world of things and need a folder in "
        "nameless");
  }
  if ((c.world != "things" || c.frequent.empty()) && c.train_frequent > 0) {
    throw ConfigError(
        "synthetic data set: train_frequent: such scenes are of the world of things and need nouns in "
        "frequent");
  }
  if (c.frequent_strangers > 0 && (c.train_frequent == 0 || c.nameless.empty())) {
    throw ConfigError(
        "synthetic data set: frequent_strangers: there must be scenes of frequent nouns and a folder in "
        "nameless");
  }
  if (c.restyled > 0 && c.world != "things")
    throw ConfigError(
        "synthetic data set: restyled: shapes are drawn in one manner; the world must be things");
  if (c.world == "things" && !c.focus.empty())
    throw ConfigError(
        "synthetic data set: focus: there is none in the world of things; list its nouns instead");
  choice_of(c);
}

std::vector<fs::path> folders_of(const std::vector<std::string>& names) {
  std::vector<fs::path> folders;
  for (const std::string& folder : names) folders.emplace_back(expand_user_path(folder));
  return folders;
}

/// Those that some scene needs.
std::vector<fs::path> nameless_folders(const SynthConfig& c) {
  return c.train_nameless > 0 || c.frequent_strangers > 0 ? folders_of(c.nameless) : std::vector<fs::path>();
}

/// Calls work(0..count-1) from several threads; the first exception stops the rest and is thrown here.
void for_each_parallel(std::size_t count, std::size_t threads, const std::function<void(std::size_t)>& work) {
  std::atomic<std::size_t> next{0};
  std::atomic<bool> stop{false};
  std::exception_ptr failure;
  std::mutex mutex;
  const auto run = [&] {
    for (std::size_t i = next++; i < count && !stop; i = next++) {
      try {
        work(i);
      } catch (...) {
        const std::lock_guard lock(mutex);
        if (!failure) failure = std::current_exception();
        stop = true;
      }
    }
  };
  {
    std::vector<std::jthread> pool;
    for (std::size_t t = 1; t < std::min(threads, count); ++t) pool.emplace_back(run);
    run();
  }
  if (failure) std::rethrow_exception(failure);
}

using Splits = std::array<std::pair<const char*, std::int64_t>, 4>;

Splits splits_of(const SynthConfig& c) {
  return {{{"train", c.train}, {"val", c.val}, {"testA", c.test_a}, {"testB", c.test_b}}};
}

std::vector<const ThingNoun*> frequent_nouns(const std::vector<std::string>& names,
                                             const ThingLibrary& things) {
  const std::vector<const ThingNoun*>& known = things.nouns_of(ThingPart::kTrain);
  std::vector<const ThingNoun*> nouns;
  for (const std::string& name : names) {
    const auto found = std::ranges::find(known, name, &ThingNoun::name);
    if (found == known.end())
      throw ConfigError("synthetic data set: frequent: no picture for training shows a '" + name + "'");
    nouns.push_back(*found);
  }
  return nouns;
}

std::vector<SceneRequest> plan(const SynthConfig& c, const std::shared_ptr<const ThingLibrary>& things,
                               const fs::path& image_folder) {
  std::vector<SceneRequest> requests;
  for (const auto& [split, count] : splits_of(c)) {
    for (std::int64_t i = 0; i < count; ++i) {
      requests.push_back(request_of(c, split, i, things));
      requests.back().image_folder = image_folder;
    }
  }
  // Behind all others, so that they change nothing about those.
  const auto one_more = [&](std::int64_t index) -> SceneRequest& {
    SceneRequest& request = requests.emplace_back(request_of(c, "train", index, things));
    request.image_id = static_cast<std::int64_t>(requests.size());
    request.image_folder = image_folder;
    return request;
  };
  for (std::int64_t i = 0; i < c.train_nameless; ++i) {
    SceneRequest& request = one_more(c.train + i);
    request.things.nameless = true;
    request.with_teacher = false;  // its map would call each of them something else
  }
  if (c.train_frequent > 0) {
    const std::vector<const ThingNoun*> frequent = frequent_nouns(c.frequent, *things);
    // Spread evenly over all of them.
    const auto with_strangers = [&](std::int64_t count) {
      return static_cast<std::int64_t>(std::floor(static_cast<double>(count) * c.frequent_strangers));
    };
    for (std::int64_t i = 0; i < c.train_frequent; ++i) {
      ThingChoice& choice = one_more(c.train + c.train_nameless + i).things;
      choice.among = frequent;
      if (with_strangers(i + 1) > with_strangers(i)) choice.strangers = 0.5;
    }
  }
  return requests;
}

std::vector<SceneRecord> draw_scenes(const SynthConfig& config,
                                     const std::shared_ptr<const ThingLibrary>& things, const fs::path& root,
                                     Logger* log) {
  const fs::path images = root / "images" / "train2014", teachers = root / "teachers" / "scene";
  fs::create_directories(images);
  fs::create_directories(teachers);
  const std::vector<SceneRequest> requests = plan(config, things, images);
  const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
  const std::size_t threads = config.threads > 0 ? static_cast<std::size_t>(config.threads) : cores;
  TeacherWriter teacher_writer(
      teachers, things ? teacher_channels(*things) : teacher_channels(choice_of(config).shapes));
  std::vector<SceneRecord> records;
  std::int64_t next_ann_id = 1;
  std::unique_ptr<Progress> progress;
  if (log != nullptr)
    progress = std::make_unique<Progress>("scenes", static_cast<std::int64_t>(requests.size()), "scene");
  for (std::size_t first = 0; first < requests.size(); first += kScenesPerShard) {
    const std::size_t count = std::min(kScenesPerShard, requests.size() - first);
    std::vector<BuiltScene> built(count);
    for_each_parallel(count, threads, [&](std::size_t i) { built[i] = build_scene(requests[first + i]); });
    std::vector<std::pair<std::string, HalfMap>> maps;
    for (BuiltScene& scene : built) {
      if (scene.teacher) maps.emplace_back(scene.record.file_name, std::move(*scene.teacher));
      scene.record.first_ann_id = next_ann_id;
      next_ann_id += static_cast<std::int64_t>(scene.record.objects.size());
      records.push_back(std::move(scene.record));
    }
    if (!maps.empty()) teacher_writer.add_shard(maps);
    if (progress) progress->update(static_cast<std::int64_t>(first + count));
  }
  teacher_writer.finish();
  if (progress) progress->finish();
  return records;
}

OrderedJson counts_json(const std::vector<SceneRecord>& records) {
  OrderedJson counts = OrderedJson::object();
  const std::pair<const char*, std::vector<RefRecord> SceneRecord::*> sets[] = {
      {"refcoco", &SceneRecord::refcoco},
      {"refcoco+", &SceneRecord::refcoco_plus},
      {"refcocog", &SceneRecord::refcocog},
      {"grefcoco", &SceneRecord::grefcoco}};
  for (const char* split : {"train", "val", "testA", "testB"}) {
    OrderedJson& entry = counts[split];
    std::int64_t images = 0, objects = 0;
    for (const SceneRecord& r : records) {
      if (r.split != split) continue;
      ++images;
      objects += static_cast<std::int64_t>(r.objects.size());
    }
    entry["images"] = images;
    entry["objects"] = objects;
    for (const auto& [name, set] : sets) {
      std::map<std::string, std::int64_t> kinds;
      std::int64_t refs = 0, sentences = 0;
      for (const SceneRecord& r : records) {
        if (r.split != split) continue;
        for (const RefRecord& ref : r.*set) {
          ++refs;
          for (const Sentence& s : ref.sentences) {
            ++sentences;
            ++kinds[std::string(name_of(s.kind))];
          }
        }
      }
      entry[name] = {{"refs", refs}, {"sentences", sentences}, {"kinds", kinds}};
    }
  }
  return counts;
}

void write_annotations(const std::vector<SceneRecord>& records, const std::vector<CategoryRecord>& categories,
                       const fs::path& root) {
  const std::string instances = instances_json(records, categories).dump();
  for (const char* set : {"refcoco", "refcoco+", "refcocog", "grefcoco"})
    write_file_atomic(root / set / "instances.json", instances);
  // The published files are protocol 0 as far as known; protocol 2 is what newer tools write. Both occur
  // here.
  write_file_atomic(root / "refcoco" / "refs(unc).p",
                    write_pickle(refs_json(records, &SceneRecord::refcoco, TestSplits::kNamed), 2));
  write_file_atomic(root / "refcoco+" / "refs(unc).p",
                    write_pickle(refs_json(records, &SceneRecord::refcoco_plus, TestSplits::kNamed), 2));
  write_file_atomic(root / "refcocog" / "refs(umd).p",
                    write_pickle(refs_json(records, &SceneRecord::refcocog, TestSplits::kMerged), 0));
  write_file_atomic(root / "grefcoco" / "grefs(unc).json", grefs_json(records).dump());
  const fs::path captions = root / "refcocog_caption";
  for (const char* split : {"train", "val"}) {
    write_file_atomic(captions / ("finetune_refcocog_" + std::string(split) + "_with_mask.json"),
                      captions_json(records, split, CaptionMasks::kPresent, categories).dump());
  }
  write_file_atomic(captions / "finetune_refcocog_val_captions.json",
                    captions_json(records, "val", CaptionMasks::kAbsent, categories).dump());
}

void write_mix(const SynthConfig& config, const std::shared_ptr<const ThingLibrary>& things,
               const fs::path& root) {
  BenchmarkScenes scenes;
  for (std::int64_t i = 0; i < std::min(config.mix, config.train); ++i)
    scenes.push_back(benchmark_scene(request_of(config, "train", i, things)));
  Rng rng(static_cast<std::uint64_t>(config.seed), "mix");
  write_training_mix(scenes, root, rng);
}

}  // namespace

/// `shapes` and `focus` appear only where they are not the default, so that data sets written before there
/// were such options are still known.
OrderedJson dataset_options(const SynthConfig& c) {
  OrderedJson options{{"seed", c.seed},     {"train", c.train},   {"val", c.val},
                      {"test_a", c.test_a}, {"test_b", c.test_b}, {"max_side", c.max_side}};
  const ShapeChoice choice = choice_of(c);
  if (choice.shapes != default_shapes()) options["shapes"] = shape_names(choice.shapes);
  if (choice.focus) options["focus"] = name_of(*choice.focus);
  if (c.world == "things") {
    options["world"] = c.world;
    options["things"] = things_fingerprint(folders_of(c.things), nameless_folders(c), c.nouns);
    if (!c.nouns.empty()) options["nouns"] = c.nouns;
    if (c.train_nameless > 0) options["train_nameless"] = c.train_nameless;
    if (c.train_frequent > 0) {
      options["frequent"] = c.frequent;
      options["train_frequent"] = c.train_frequent;
      if (c.frequent_strangers > 0) options["frequent_strangers"] = c.frequent_strangers;
    }
    if (c.restyled > 0) options["restyled"] = c.restyled;
  }
  if (c.mix > 0) options["mix"] = c.mix;
  return options;
}

std::shared_ptr<const ThingLibrary> load_things(const SynthConfig& c) {
  if (c.world != "things") return nullptr;
  return std::make_shared<const ThingLibrary>(folders_of(c.things), c.nouns, nameless_folders(c));
}

SceneRequest request_of(const SynthConfig& c, const std::string& split, std::int64_t index,
                        const std::shared_ptr<const ThingLibrary>& things) {
  std::int64_t before = 0;
  for (const auto& [name, count] : splits_of(c)) {
    if (name == split) break;
    before += count;
  }
  const bool train = split == "train", seen = train || split == "testA";
  return {.seed = static_cast<std::uint64_t>(c.seed),
          .split = split,
          .index = index,
          .image_id = before + index + 1,
          .max_side = static_cast<int>(c.max_side),
          .refs = train ? kTrainRefs : kOtherRefs,
          .choice = choice_of(c),
          .things = {.things = things != nullptr ? things : load_things(c),
                     .cutouts = seen ? ThingPart::kTrain : ThingPart::kUnseen,
                     .backgrounds = train ? ThingPart::kTrain : ThingPart::kUnseen,
                     .varied = train,
                     .restyled = train ? c.restyled : 0},
          .with_teacher = train,
          .bridges = c.mix > 0};
}

bool dataset_complete(const fs::path& out, const SynthConfig& config) {
  const fs::path file = out / "dataset.json";
  if (!fs::is_regular_file(file)) return false;
  const Json dataset = read_json(file);
  if (!dataset.is_object() || !dataset.contains("format") || !dataset.contains("options")) return false;
  return dataset["format"] == kDatasetFormat && dataset["options"] == Json(dataset_options(config));
}

void write_synthetic_dataset(const SynthConfig& config, const fs::path& out, Logger* log) {
  check_options(config);
  if (dataset_complete(out, config)) {
    if (log != nullptr) log->info(out.string() + " is already there with these options");
    return;
  }
  if (fs::exists(out)) {
    if (!fs::is_directory(out) || !fs::is_empty(out)) {
      throw ConfigError(out.string() +
                        " holds something other than this data set (or one written with other options); "
                        "remove it or choose another folder");
    }
    fs::remove(out);
  }
  const std::shared_ptr<const ThingLibrary> things = load_things(config);
  if (things && log != nullptr && things->left_out() > 0)
    log->warning(
        std::to_string(things->left_out()) +
        " pictures of things are left out: their names are not one to three words, or they are no cut-outs");
  AtomicDirectory folder(out);
  const std::vector<SceneRecord> records = draw_scenes(config, things, folder.path(), log);
  write_annotations(records, things ? categories_of(*things) : categories_of(choice_of(config).shapes),
                    folder.path());
  if (config.mix > 0) write_mix(config, things, folder.path());
  OrderedJson dataset;
  dataset["format"] = kDatasetFormat;
  dataset["options"] = dataset_options(config);
  dataset["counts"] = counts_json(records);
  write_json_atomic(folder.path() / "dataset.json", dataset);
  folder.commit();
  if (log != nullptr) log->info(std::to_string(records.size()) + " scenes written to " + out.string());
}

}  // namespace pixelsail
