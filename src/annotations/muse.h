#pragma once

/// MUSE: requests that need reasoning and ask for several objects.
///   ROOT/muse/muse_<split>.json (or ROOT/muse_<split>.json), split val, test_less or test_many:
///   [{"height","width","questions":["..."],"answers":[[{"segmentation":polygons or RLE},..],..],..}]

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "io/rle.h"
#include "pixelsail/mask.h"

namespace pixelsail {

struct MuseSample {
  /// "<n>:<k>": the k-th question of the n-th entry, from 0.
  std::string id;
  std::string question;
  /// See muse_image_path(); empty when the entry names none.
  std::string image;
  int height = 0, width = 0;
  /// One mask for each object of the answer, in its order; may be empty. kLisaSum: pixels of exactly one
  /// part.
  std::vector<Rle> targets;
  /// Targets that differ from the union of their parts.
  std::int64_t merge_differs = 0;
};

/// Throws DataError naming file and place for anything missing or broken, and for a file without a sample.
std::vector<MuseSample> load_muse(const std::filesystem::path& root, const std::string& split,
                                  PolygonMerge merge);

/// ROOT/images/IMAGE, or in train2014/, train2017/ or val2017/ below; throws DataError when there is none or
/// the name leads out of the folder.
std::filesystem::path muse_image_path(const std::filesystem::path& root, const std::string& image);

}  // namespace pixelsail
