#include "synth/benchmarks.h"

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>

#include "io/atomic_file.h"
#include "io/json.h"
#include "pixelsail/error.h"
#include "synth/build_scene.h"
#include "synth/write_benchmark.h"

namespace pixelsail {
namespace {

namespace fs = std::filesystem;

constexpr const char* kBenchmarkFormat = "pixelsail-synth-benchmark-1";
constexpr const char* kManifest = "benchmark.json";
constexpr std::array<const char*, 10> kNames{"perbench",  "mme", "mmbench", "seedbench",      "mmstar",
                                             "reasonseg", "gcg", "muse",    "perbench_train", "llava"};
/// Training data: made of scenes of the split train alone.
bool is_training_data(const std::string& name) {
  return name == "perbench_train" || name == "llava";
}

[[noreturn]] void refuse(const std::string& reason) {
  throw ConfigError("synthetic benchmarks: " + reason);
}

/// In the order of kNames, each once.
std::vector<std::string> wanted(const SynthBenchmarkConfig& config) {
  for (const std::string& name : config.names) {
    if (name != "all" && std::ranges::find(kNames, name) == kNames.end())
      refuse("there is none called '" + name + "'");
  }
  std::vector<std::string> names;
  for (const char* name : kNames) {
    if (std::ranges::any_of(config.names, [&](const std::string& n) { return n == name || n == "all"; }))
      names.emplace_back(name);
  }
  return names;
}

/// A data set and the pictures of its things, in the world of things.
struct Source {
  const SynthConfig& data;
  std::shared_ptr<const ThingLibrary> things;
};

BenchmarkScene scene_at(const Source& source, const std::string& split, std::int64_t index) {
  return benchmark_scene(request_of(source.data, split, index, source.things));
}

BenchmarkScenes scenes_of(const Source& source, const std::string& split, std::int64_t most) {
  const std::int64_t there = split == "train" ? source.data.train : source.data.val;
  if (there == 0) refuse("the data set has no scenes in its split " + split);
  BenchmarkScenes scenes;
  for (std::int64_t i = 0; i < std::min(most, there); ++i) scenes.push_back(scene_at(source, split, i));
  return scenes;
}

std::int64_t training_scenes(const SynthBenchmarkConfig& config, const SynthConfig& data) {
  return config.train_scenes == 0 ? data.train : std::min(config.train_scenes, data.train);
}

/// What decides the bytes of a benchmark.
OrderedJson manifest(const std::string& name, const SynthBenchmarkConfig& config, const SynthConfig& data) {
  OrderedJson options{{"data", dataset_options(data)}, {"scenes", std::min(config.scenes, data.val)}};
  if (name == "reasonseg") options["train_scenes"] = std::min(config.reasonseg_train, data.train);
  if (is_training_data(name)) options["scenes"] = training_scenes(config, data);
  return {{"format", kBenchmarkFormat}, {"benchmark", name}, {"options", std::move(options)}};
}

void write_one(const std::string& name, const BenchmarkScenes& scenes, const BenchmarkScenes& train,
               const fs::path& folder, Rng& rng) {
  if (name == "perbench") {
    return write_perbench(
        [&](const auto& visit) {
          for (const BenchmarkScene& scene : scenes) visit(scene);
        },
        folder, AnswersFor::kScoring, rng);
  }
  if (name == "mme") return write_mme(scenes, folder, rng);
  if (name == "mmbench") return write_mmbench(scenes, folder, rng);
  if (name == "seedbench") return write_seedbench(scenes, folder, rng);
  if (name == "mmstar") return write_mmstar(scenes, folder, rng);
  if (name == "gcg") return write_gcg(scenes, folder);
  if (name == "muse") return write_muse(scenes, folder / "muse_val.json", HolesAs::kRunLengths, rng);
  write_reasonseg(train, folder / "train", rng);
  write_reasonseg(scenes, folder / "val", rng);
}

/// One scene after the other: the training part is too large to be held.
void write_training(const std::string& name, const SynthBenchmarkConfig& config, const Source& source,
                    const fs::path& folder, Rng& rng) {
  const SynthConfig& data = source.data;
  if (data.train == 0) refuse("the data set has no scenes in its split train");
  const EachScene each_scene = [&](const auto& visit) {
    for (std::int64_t i = 0; i < training_scenes(config, data); ++i) visit(scene_at(source, "train", i));
  };
  if (name == "llava") return write_llava(each_scene, folder, rng);
  write_perbench(each_scene, folder, AnswersFor::kTraining, rng);
}

/// Whether the folder holds the benchmark already; throws ConfigError when it holds anything else.
bool is_there(const fs::path& folder, const OrderedJson& expected) {
  if (!fs::exists(folder)) return false;
  const fs::path file = folder / kManifest;
  if (!fs::is_regular_file(file) || read_json(file) != Json(expected)) {
    refuse(folder.string() +
           " holds something other than this benchmark (or one written with other options); remove it or "
           "choose another folder");
  }
  return true;
}

}  // namespace

std::vector<std::string> synth_benchmark_names() {
  return {kNames.begin(), kNames.end()};
}

BenchmarkScene benchmark_scene(const SceneRequest& request) {
  BenchmarkScene entry{.scene = scene_of(request), .image_id = request.image_id};
  ScenePicture picture = picture_of(request, entry.scene);
  entry.picture = std::move(picture.image);
  entry.file_name = std::move(picture.file_name);
  return entry;
}

void write_synthetic_benchmarks(const SynthBenchmarkConfig& config, const SynthConfig& data,
                                const fs::path& root, Logger* log) {
  if (config.scenes < 1 || config.reasonseg_train < 1 || config.train_scenes < 0)
    refuse("a benchmark needs at least one scene");
  const std::vector<std::string> names = wanted(config);
  if (names.empty()) return;
  if (!dataset_complete(root, data)) refuse(root.string() + " does not hold the data set of these options");
  std::vector<std::string> missing;
  for (const std::string& name : names) {
    if (!is_there(root / name, manifest(name, config, data))) missing.push_back(name);
  }
  if (missing.empty()) return;
  const Source source{.data = data, .things = load_things(data)};
  const BenchmarkScenes scenes = std::ranges::all_of(missing, is_training_data)
                                     ? BenchmarkScenes()
                                     : scenes_of(source, "val", config.scenes);
  for (const std::string& name : missing) {
    BenchmarkScenes train;
    if (name == "reasonseg") train = scenes_of(source, "train", config.reasonseg_train);
    AtomicDirectory folder(root / name);
    // Each benchmark has a stream of its own: it does not depend on which others are written.
    Rng rng(static_cast<std::uint64_t>(data.seed), "benchmark/" + name);
    const bool training = is_training_data(name);
    if (training) {
      write_training(name, config, source, folder.path(), rng);
    } else {
      write_one(name, scenes, train, folder.path(), rng);
    }
    write_json_atomic(folder.path() / kManifest, manifest(name, config, data));
    folder.commit();
    if (log != nullptr)
      log->info(name + ": " +
                (training ? std::to_string(training_scenes(config, data)) : std::to_string(scenes.size())) +
                " scenes of " + (training ? "train" : "val") + " written to " + (root / name).string());
  }
}

}  // namespace pixelsail
