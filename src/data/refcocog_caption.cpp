#include <unordered_map>

#include "data/datasets.h"
#include "data/json_elements.h"
#include "data/templates.h"
#include "io/rle.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

constexpr std::int64_t kMaxPrompts = 15;  // <Prompt0> .. <Prompt14>
constexpr std::int64_t kMaxPixels = std::int64_t{1} << 28;

/// One expression: in these files an "image" of its own, with the annotation of the same id.
struct Region {
  std::int64_t id = 0;
  std::string file_name, caption;
  int height = 0, width = 0;
  Json segmentation;
};

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

  std::vector<Region> finish() {
    for (Region& region : regions_) {
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
    Region region;
    region.id = json_int(image, "id", where);
    if (!ids_.try_emplace(region.id, index).second) {
      throw DataError(where + ": id " + std::to_string(region.id) + " occurs twice");
    }
    region.file_name = json_string(image, "file_name", where);
    const std::int64_t height = json_int(image, "height", where), width = json_int(image, "width", where);
    if (region.file_name.empty()) throw DataError(where + ": empty file_name");
    if (height < 1 || width < 1 || height > 65535 || width > 65535 || height * width > kMaxPixels) {
      throw DataError(where + ": impossible size");
    }
    region.height = static_cast<int>(height);
    region.width = static_cast<int>(width);
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
  std::vector<Region> regions_;
  std::unordered_map<std::int64_t, std::size_t> ids_;
  std::unordered_map<std::int64_t, Json> annotations_;
};

class RegionCaptions : public Dataset {
 public:
  RegionCaptions(std::filesystem::path file, std::filesystem::path images, const DatasetConfig& config)
      : file_(std::move(file)),
        images_(std::move(images)),
        name_(config.kind + " " + config.split),
        turns_(static_cast<std::size_t>(config.turns_per_sample)),
        regions_(CaptionReader(file_).finish()) {
    std::unordered_map<std::string, std::size_t> place;
    for (std::size_t i = 0; i < regions_.size(); ++i) {
      const auto [found, is_new] = place.try_emplace(regions_[i].file_name, groups_.size());
      if (is_new) groups_.emplace_back();
      auto& group = groups_[found->second];
      group.push_back(i);
      const Region& first = regions_[group.front()];
      if (first.height != regions_[i].height || first.width != regions_[i].width) {
        throw DataError(file_.string() + ": image " + std::to_string(regions_[i].id) +
                        ": size differs from image " + std::to_string(first.id) + " of the same file " +
                        first.file_name);
      }
    }
  }

  const std::string& name() const override { return name_; }
  std::int64_t size() const override { return static_cast<std::int64_t>(groups_.size()); }

  Sample get(std::int64_t index, Rng& rng) const override {
    const auto& group = groups_.at(static_cast<std::size_t>(index));
    Sample sample;
    const std::string& file_name = regions_[group.front()].file_name;
    sample.id = name_ + " " + file_name;
    sample.image = images_ / file_name;
    sample.image_key = file_name;
    for (const std::size_t i : detail::draw(group.size(), turns_, rng)) {
      const Region& region = regions_[group[i]];
      sample.turns.push_back({region_caption_question(sample.prompts.size()), region.caption, std::nullopt});
      try {
        sample.prompts.push_back(segmentation_mask(region.segmentation, region.height, region.width));
      } catch (const Error& e) {
        throw_with_context(e, file_.string() + ": annotation " + std::to_string(region.id));
      }
    }
    return sample;
  }

 private:
  std::filesystem::path file_, images_;
  std::string name_;
  std::size_t turns_;
  std::vector<Region> regions_;
  std::vector<std::vector<std::size_t>> groups_;  ///< regions of one file
};

}  // namespace

std::unique_ptr<Dataset> make_refcocog_caption(const DatasetConfig& config, const DataConfig& data) {
  if (!config.split_by.empty()) throw ConfigError("refcocog_caption: split_by has no meaning here");
  if (config.turns_per_sample > kMaxPrompts) {
    throw ConfigError("refcocog_caption: turns_per_sample is " + std::to_string(config.turns_per_sample) +
                      ", but there are only " + std::to_string(kMaxPrompts) + " prompt tokens");
  }
  const auto root = detail::dataset_root(config, data);
  return std::make_unique<RegionCaptions>(
      root / "refcocog_caption" / ("finetune_refcocog_" + config.split + "_with_mask.json"),
      root / "images" / "train2014", config);
}

}  // namespace pixelsail
