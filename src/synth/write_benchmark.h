#pragma once

/// The writers behind synth/benchmarks.h. Each writes into an empty folder that exists; random choices come
/// from `rng` alone.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/rng.h"
#include "pixelsail/image.h"
#include "synth/outline.h"
#include "synth/scene.h"

namespace pixelsail {

struct BenchmarkScene {
  Scene scene;
  Image picture;
  std::int64_t image_id = 0;
  std::string file_name;  ///< in ROOT/images/train2014
};
struct SceneRequest;
BenchmarkScene benchmark_scene(const SceneRequest& request);
using BenchmarkScenes = std::vector<BenchmarkScene>;
/// Calls what it is given with one scene after the other. Training parts have too many to hold at once.
using EachScene = std::function<void(const std::function<void(const BenchmarkScene&)>&)>;

/// Whether answers are what scoring compares with, or what a model is to learn.
enum class AnswersFor { kScoring, kTraining };

void write_perbench(const EachScene& each_scene, const std::filesystem::path& folder, AnswersFor use,
                    Rng& rng);
/// Questions of the tables below as training data (kind llava, data/datasets/llava.cpp).
void write_llava(const EachScene& each_scene, const std::filesystem::path& folder, Rng& rng);
void write_mme(const BenchmarkScenes& scenes, const std::filesystem::path& folder, Rng& rng);
void write_mmbench(const BenchmarkScenes& scenes, const std::filesystem::path& folder, Rng& rng);
void write_seedbench(const BenchmarkScenes& scenes, const std::filesystem::path& folder, Rng& rng);
void write_mmstar(const BenchmarkScenes& scenes, const std::filesystem::path& folder, Rng& rng);
/// One split; `folder` is the split's own.
void write_reasonseg(const BenchmarkScenes& scenes, const std::filesystem::path& folder, Rng& rng);
void write_gcg(const BenchmarkScenes& scenes, const std::filesystem::path& folder);
void write_muse(const BenchmarkScenes& scenes, const std::filesystem::path& file, HolesAs holes, Rng& rng);

}  // namespace pixelsail
