#include "annotations/region_captions.h"

#include <unordered_map>
#include <utility>

#include "annotations/picture_size.h"
#include "io/json_elements.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

bool blank(const std::string& text) {
  return text.find_first_not_of(" \t\r\n") == std::string::npos;
}

class CaptionReader {
 public:
  explicit CaptionReader(const std::filesystem::path& path) : file_(path.string()) {
    JsonSection images, annotations;
    images.keep = {"id", "file_name", "height", "width", "caption"};
    images.element = [this](Json&& image, std::size_t i) { add_image(image, i); };
    annotations.keep = {"id", "image_id", "segmentation", "caption"};
    annotations.element = [this](Json&& annotation, std::size_t i) {
      add_annotation(std::move(annotation), i);
    };
    read_json_elements(path, {{"images", images}, {"annotations", annotations}});
  }

  std::vector<RegionCaption> finish() {
    for (RegionCaption& region : regions_) {
      const std::string where = file_ + ": image " + std::to_string(region.id);
      const auto found = annotations_.find(region.id);
      if (found == annotations_.end()) throw DataError(where + ": no annotation with this id");
      Json& annotation = found->second;
      if (json_int(annotation, "image_id", where) != region.id) {
        throw DataError(where + ": the annotation with this id belongs to another image");
      }
      if (region.caption.empty() && annotation.contains("caption")) {
        region.caption = json_string(annotation, "caption", where);
      }
      if (blank(region.caption))
        throw DataError(where + ": no caption, neither in the image nor in its annotation");
      region.segmentation = json_at(annotation, "segmentation", where);
      if (!region.segmentation.is_array() && !region.segmentation.is_object()) {
        throw DataError(where + ": segmentation is neither a list nor an RLE object");
      }
      annotation = nullptr;
    }
    return std::move(regions_);
  }

 private:
  void add_image(const Json& image, std::size_t index) {
    const std::string where = file_ + ": images[" + std::to_string(index) + "]";
    RegionCaption region;
    region.id = json_int(image, "id", where);
    if (!ids_.try_emplace(region.id, index).second) {
      throw DataError(where + ": id " + std::to_string(region.id) + " occurs twice");
    }
    region.file_name = json_string(image, "file_name", where);
    if (region.file_name.empty()) throw DataError(where + ": empty file_name");
    const PictureSize size = stated_size(image, where);
    region.height = size.height;
    region.width = size.width;
    if (image.contains("caption")) region.caption = json_string(image, "caption", where);
    regions_.push_back(std::move(region));
  }

  void add_annotation(Json&& annotation, std::size_t index) {
    const std::string where = file_ + ": annotations[" + std::to_string(index) + "]";
    const std::int64_t id = json_int(annotation, "id", where);
    if (!annotations_.try_emplace(id, std::move(annotation)).second) {
      throw DataError(where + ": id " + std::to_string(id) + " occurs twice");
    }
  }

  std::string file_;
  std::vector<RegionCaption> regions_;
  std::unordered_map<std::int64_t, std::size_t> ids_;
  std::unordered_map<std::int64_t, Json> annotations_;
};

}  // namespace

std::filesystem::path region_caption_file(const std::filesystem::path& root, const std::string& split) {
  return root / "refcocog_caption" / ("finetune_refcocog_" + split + "_with_mask.json");
}

std::vector<RegionCaption> load_region_captions(const std::filesystem::path& file) {
  return CaptionReader(file).finish();
}

}  // namespace pixelsail
