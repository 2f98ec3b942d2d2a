// RefCOCOg region captions: ROOT/refcocog_caption/finetune_refcocog_<split>_with_mask.json. One sample is
// one image with `turns_per_sample` of its regions.

#include <unordered_map>

#include "annotations/published_prompts.h"
#include "annotations/region_captions.h"
#include "core/sequence.h"
#include "data/dataset.h"
#include "io/rle.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

class RegionCaptions : public Dataset {
 public:
  RegionCaptions(std::filesystem::path file, std::filesystem::path images, const DatasetConfig& config)
      : file_(std::move(file)),
        images_(std::move(images)),
        name_(config.kind + " " + config.split),
        turns_(static_cast<std::size_t>(config.turns_per_sample)),
        regions_(load_region_captions(file_)) {
    std::unordered_map<std::string, std::size_t> place;
    for (std::size_t i = 0; i < regions_.size(); ++i) {
      const auto [found, is_new] = place.try_emplace(regions_[i].file_name, groups_.size());
      if (is_new) groups_.emplace_back();
      auto& group = groups_[found->second];
      group.push_back(i);
      const RegionCaption& first = regions_[group.front()];
      if (first.height != regions_[i].height || first.width != regions_[i].width) {
        throw DataError(file_.string() + ": image " + std::to_string(regions_[i].id) +
                        ": size differs from image " + std::to_string(first.id) + " of the same file " +
                        first.file_name);
      }
    }
  }

  const std::string& name() const override { return name_; }
  std::int64_t size() const override { return static_cast<std::int64_t>(groups_.size()); }

  Sample make(std::int64_t index, Draws& draws) const override {
    const auto& group = groups_.at(static_cast<std::size_t>(index));
    Sample sample;
    const std::string& file_name = regions_[group.front()].file_name;
    sample.id = name_ + " " + file_name;
    sample.image = images_ / file_name;
    sample.image_key = file_name;
    for (const std::size_t i : draws.some("turns", group.size(), turns_)) {
      const RegionCaption& region = regions_[group[i]];
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
  std::vector<RegionCaption> regions_;
  std::vector<std::vector<std::size_t>> groups_;  ///< regions of one file
};

}  // namespace

std::unique_ptr<Dataset> make_refcocog_caption(const DatasetConfig& config, const DataConfig& data) {
  detail::by_published_rules(config, "simple", "simple");
  if (!config.split_by.empty()) throw ConfigError("refcocog_caption: split_by has no meaning here");
  if (config.turns_per_sample > kPromptTokens) {
    throw ConfigError("refcocog_caption: turns_per_sample is " + std::to_string(config.turns_per_sample) +
                      ", but there are only " + std::to_string(kPromptTokens) + " prompt tokens");
  }
  const auto root = detail::dataset_root(config, data);
  return std::make_unique<RegionCaptions>(region_caption_file(root, config.split),
                                          root / "images" / "train2014", config);
}

}  // namespace pixelsail
