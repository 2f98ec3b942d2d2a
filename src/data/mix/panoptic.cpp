#include "data/mix/panoptic.h"

#include <algorithm>

#include "annotations/annotation_file.h"
#include "data/mix/masks.h"
#include "data/mix/pictures.h"
#include "data/unusable.h"
#include "io/python_strings.h"
#include "pixelsail/image.h"

namespace pixelsail::detail {
namespace {

/// Descriptions that are not longer say nothing.
constexpr std::size_t kShortDescription = 5;

Image read_map(const std::filesystem::path& path) {
  try {
    return load_image(path);
  } catch (const DataError& error) {
    throw UnusableSample("id_map_missing", error.what());
  }
}

bool flag(const Json& object, const char* key, const std::string& where) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return false;
  return found->is_boolean() ? found->get<bool>() : json_int(object, key, where) != 0;
}

const PanopticClass& category_of(const Json& segment, const Sentences& texts, const std::string& where) {
  const std::int64_t id = json_int(segment, "category_id", where);
  const PanopticClass* found = texts.find_class(id);
  if (found == nullptr) throw DataError(where + ": COCO has no category " + std::to_string(id));
  return *found;
}

}  // namespace

IdMap::IdMap(const std::filesystem::path& path) {
  const Image image = read_map(path);
  height_ = image.height;
  width_ = image.width;
  ids_.resize(image.rgb.size() / 3);
  std::int64_t* count = nullptr;  // of the id before: ids stand in runs
  for (std::size_t i = 0; i < ids_.size(); ++i) {
    const std::uint8_t* rgb = image.rgb.data() + 3 * i;
    ids_[i] = rgb[0] + 256U * rgb[1] + 65536U * rgb[2];
    if (i == 0 || ids_[i] != ids_[i - 1]) count = &pixels_[ids_[i]];
    ++*count;
  }
}

std::int64_t IdMap::pixels(std::int64_t id) const {
  const auto found = pixels_.find(id);
  return found == pixels_.end() ? 0 : found->second;
}

Mask IdMap::mask(std::int64_t id) const {
  Mask mask(height_, width_);
  std::ranges::transform(ids_, mask.data.begin(), [id](std::uint32_t v) { return std::uint8_t{v == id}; });
  return mask;
}

int IdMap::left(std::int64_t id) const {
  int left = width_;
  for (int y = 0; y < height_; ++y)
    for (int x = 0; x < left; ++x)
      if (ids_[static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) +
               static_cast<std::size_t>(x)] == id)
        left = x;
  return left;
}

PanopticSet::PanopticSet(const DatasetConfig& config, const DataConfig& data,
                         const std::filesystem::path& file)
    : PublishedList(config, data, file, "annotations"), folder_(config.split + "2017") {}

std::vector<PanopticSegment> PanopticSet::segments(std::int64_t index, bool with_descriptions,
                                                   Sample& sample) const {
  const Json entry = record(index);
  const std::string place = where(index);
  std::filesystem::path file = json_string(entry, "file_name", place);
  find_picture(root(), folder_, file.replace_extension(".jpg").string(), sample);
  std::vector<PanopticSegment> segments;
  const Json infos = list_of(entry, "segments_info", place);
  for (std::size_t i = 0; i < infos.size(); ++i) {
    const std::string info = place + ".segments_info[" + std::to_string(i) + "]";
    PanopticSegment segment{.id = json_int(infos[i], "id", info),
                            .is_crowd = flag(infos[i], "iscrowd", info)};
    if (!with_descriptions) {
      segment.category = &category_of(infos[i], texts(), info);
    } else if (!infos[i].contains("description")) {
      throw UnusableSample("no_description_key", info + " has no \"description\"");
    } else {
      segment.description = json_string(infos[i], "description", info);
    }
    segments.push_back(std::move(segment));
  }
  return segments;
}

IdMap PanopticSet::id_map(const Sample& sample) const {
  std::filesystem::path name(sample.image_key);
  return IdMap(root() / "panoptic" / ("panoptic_" + folder_) / name.replace_extension(".png"));
}

std::filesystem::path panoptic_file(const DatasetConfig& config, const DataConfig& data) {
  return find_annotation_file(dataset_root(config, data), {"panoptic"},
                              "panoptic_" + config.split + "2017.json");
}

std::filesystem::path pix2cap_file(const DatasetConfig& config, const DataConfig& data) {
  return find_annotation_file(dataset_root(config, data), {"pix2cap"},
                              "pix2cap_coco_" + config.split + ".json");
}

std::vector<PanopticSegment> described(std::vector<PanopticSegment> segments, const IdMap& map,
                                       Sample& sample) {
  std::erase_if(segments, [](const PanopticSegment& segment) {
    return decode_code_points(segment.description).size() <= kShortDescription;
  });
  if (segments.empty()) throw UnusableSample("no_objects", "no segment has a description");
  const auto removed =
      std::erase_if(segments, [&](const PanopticSegment& segment) { return map.pixels(segment.id) == 0; });
  if (removed > 0) note(sample, "region_without_pixels");
  if (segments.empty()) throw UnusableSample("no_masks", "no segment with a description has a pixel");
  return segments;
}

}  // namespace pixelsail::detail
