#pragma once

/// Dense maps that a student can be distilled from, in the cached-feature format also used for features of
/// real segmentation networks: DIR/index.json and safetensors shards with one F16 tensor [channels,
/// ceil(H/4), ceil(W/4)] an image, named by the image's file name. Here the channels say which attributes the
/// pixels show and where the middle of their object lies, which tells equal objects apart.

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "synth/scene.h"

namespace pixelsail {

inline constexpr int kTeacherStride = 4;
inline constexpr int kPlaceBins = 4;  ///< overlapping bins along each axis
/// Up to so many nouns have a channel each; more share so many channels, where each noun is a pattern of zeros and ones
/// that follows from its name.
inline constexpr std::size_t kNounChannels = 40;

/// "objectness", each of `shapes`, every colour, size and pattern, bins of the object's middle.
std::vector<std::string> teacher_channels(const std::vector<Shape>& shapes);
/// "objectness", the nouns' channels, every category, colour and size, bins of the object's middle.
std::vector<std::string> teacher_channels(const ThingLibrary& things);

struct HalfMap {
  std::int64_t channels = 0, height = 0, width = 0;
  std::vector<std::uint16_t> values;  ///< IEEE half
};

/// For each cell, the sum over its object pixels of what the object says, divided by its pixels (those inside
/// the image); an attribute says 1 or 0 (what has no word says 0), a bin how near the object's middle is to it. Values in
/// 0..1. The channels are those of the shapes or things that the scene was drawn from.
HalfMap teacher_map(const Scene& scene);

/// Writes shards as they come and index.json at the end.
class TeacherWriter {
 public:
  TeacherWriter(std::filesystem::path directory, std::vector<std::string> channels);
  /// One shard. Order and names decide the bytes.
  void add_shard(const std::vector<std::pair<std::string, HalfMap>>& maps);
  void finish();

 private:
  std::filesystem::path directory_;
  std::vector<std::string> channels_;
  std::vector<std::pair<std::string, std::string>> shard_of_;
  int shards_ = 0;
};

}  // namespace pixelsail
