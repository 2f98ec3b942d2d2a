#pragma once

/// Scenes in the layouts of the published training mix (docs/datasets.md), beside those that every synthetic data set has:
///   ROOT/images/train2017, flickr30k   the pictures again, as JPEG files
///   ROOT/panoptic, pix2cap             id maps, classes and descriptions
///   ROOT/gcg                           four files of captions with masks, gcg/train/
///   ROOT/muse, reasonseg, llava        as the evaluation's, of training scenes
///   ROOT/osprey                        five files about marked regions
///   ROOT/sam_caption
/// Shapes have no class of COCO: each stands for one of its things, so that names of classes do not fit what is seen.

#include <filesystem>

#include "synth/write_benchmark.h"

namespace pixelsail {

/// `root` holds images/train2014 with the scenes' pictures; random choices come from `rng` alone.
void write_training_mix(const BenchmarkScenes& scenes, const std::filesystem::path& root, Rng& rng);

namespace detail {

/// "000000000012.jpg", the name of a scene's picture in images/train2017.
std::string name_of_2017(const BenchmarkScene& scene);

void write_panoptic(const BenchmarkScenes& scenes, const std::filesystem::path& root);
void write_grounded_captions(const BenchmarkScenes& scenes, const std::filesystem::path& root);
void write_osprey(const BenchmarkScenes& scenes, const std::filesystem::path& root, Rng& rng);
void write_sam_captions(const BenchmarkScenes& scenes, const std::filesystem::path& root);

}  // namespace detail
}  // namespace pixelsail
