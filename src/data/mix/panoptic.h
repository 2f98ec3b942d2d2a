#pragma once

/// COCO's panoptic annotations, and Pix2Cap's descriptions in the same layout:
///   {"annotations": [{"file_name": "000000000009.png",
///                     "segments_info": [{"id", "category_id", "iscrowd", "description"?}, ..]}, ..]}
/// with id maps ROOT/panoptic/panoptic_<split>2017/FILE_NAME, in which a pixel of segment `id` has the colour
/// id = R + 256 G + 65536 B, and pictures ROOT/images/<split>2017/ of the same name, ".jpg".

#include <cstdint>
#include <filesystem>
#include <string>
#include <unordered_map>
#include <vector>

#include "data/mix/published_set.h"

namespace pixelsail::detail {

struct PanopticSegment {
  std::int64_t id = 0;
  const PanopticClass* category = nullptr;
  bool is_crowd = false;
  std::string description;
};

/// Which pixel belongs to which segment.
class IdMap {
 public:
  /// Throws UnusableSample (id_map_missing) when the file is not there or no picture.
  explicit IdMap(const std::filesystem::path& path);
  int height() const { return height_; }
  int width() const { return width_; }
  std::int64_t pixels(std::int64_t id) const;
  Mask mask(std::int64_t id) const;
  /// The first column with a pixel of the segment; the width without one.
  int left(std::int64_t id) const;

 private:
  int height_ = 0, width_ = 0;
  std::vector<std::uint32_t> ids_;
  std::unordered_map<std::int64_t, std::int64_t> pixels_;
};

class PanopticSet : public PublishedList {
 public:
  PanopticSet(const DatasetConfig& config, const DataConfig& data, const std::filesystem::path& file);

 protected:
  /// The segments of a record, and its picture in the sample. `with_descriptions`: each must have one
  /// (UnusableSample no_description_key), and its category does not matter.
  std::vector<PanopticSegment> segments(std::int64_t index, bool with_descriptions, Sample& sample) const;
  IdMap id_map(const Sample& sample) const;

 private:
  std::string folder_;  ///< "train2017"
};

/// ROOT/panoptic/panoptic_<split>2017.json and ROOT/pix2cap/pix2cap_coco_<split>.json.
std::filesystem::path panoptic_file(const DatasetConfig& config, const DataConfig& data);
std::filesystem::path pix2cap_file(const DatasetConfig& config, const DataConfig& data);

/// Segments of Pix2Cap that can be asked about: with a description of more than 5 characters and at least one pixel.
std::vector<PanopticSegment> described(std::vector<PanopticSegment> segments, const IdMap& map,
                                       Sample& sample);

}  // namespace pixelsail::detail
