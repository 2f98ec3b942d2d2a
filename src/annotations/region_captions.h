#pragma once

/// RefCOCOg region captions with their masks: ROOT/refcocog_caption/finetune_refcocog_<split>_with_mask.json,
/// COCO layout in which every expression is an "image" of its own, with the annotation of the same id.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "io/json.h"

namespace pixelsail {

struct RegionCaption {
  std::int64_t id = 0;
  std::string file_name;  ///< in ROOT/images/train2014
  std::string caption;
  int height = 0, width = 0;
  Json segmentation;  ///< polygons or run lengths
};

std::filesystem::path region_caption_file(const std::filesystem::path& root, const std::string& split);

/// In file order. Throws DataError naming file and place for anything missing, broken or there twice.
std::vector<RegionCaption> load_region_captions(const std::filesystem::path& file);

}  // namespace pixelsail
