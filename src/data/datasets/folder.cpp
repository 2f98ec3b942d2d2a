// Own data: ROOT/samples.jsonl, ROOT/images, ROOT/masks (docs/howto_dataset.md).

#include <set>
#include <unordered_map>

#include "annotations/folder_record.h"
#include "data/dataset.h"
#include "data/mask_pixels.h"
#include "io/rle.h"
#include "pixelsail/error.h"
#include "pixelsail/region.h"

namespace pixelsail {
namespace {

using detail::FolderRecord;

class FolderDataset : public Dataset {
 public:
  FolderDataset(std::filesystem::path root, const DatasetConfig& config, PolygonMerge merge)
      : root_(std::move(root)),
        file_(root_ / "samples.jsonl"),
        name_(config.kind + " " + config.split),
        turns_(static_cast<std::size_t>(config.turns_per_sample)),
        merge_(merge) {
    std::set<std::string> other_splits;
    read_jsonl(file_, [&](Json&& object, std::size_t line) {
      FolderRecord record = detail::parse_folder_record(std::move(object), line);
      if (record.split == config.split) {
        records_.push_back(std::move(record));
      } else {
        other_splits.insert(record.split);
      }
    });
    if (records_.empty())
      throw DataError(file_.string() + ": no line of split \"" + config.split + "\"" +
                      detail::other_splits_text(other_splits));
    group();
  }

  const std::string& name() const override { return name_; }
  std::int64_t size() const override { return static_cast<std::int64_t>(groups_.size()); }

  Sample make(std::int64_t index, Draws& draws) const override {
    const auto& group = groups_.at(static_cast<std::size_t>(index));
    const FolderRecord& first = records_[group.front()];
    Sample sample;
    sample.id = name_ + " " + file_.filename().string() + ":" + std::to_string(first.line);
    if (!first.image.empty()) {
      sample.image = detail::folder_image(root_, first.image);
      sample.image_key = first.image.starts_with("images/") ? first.image.substr(7) : first.image;
    }
    for (const std::size_t i : draws.some("turns", group.size(), turns_)) {
      const FolderRecord& record = records_[group[i]];
      // Regions of several lines share the prompt tokens; a line that no longer fits waits for another draw.
      if (sample.prompts.size() + record.regions.size() > detail::kMaxRegions) continue;
      try {
        add_turn(record, sample);
      } catch (const Error& e) {
        throw DataError(file_.string() + ":" + std::to_string(record.line) + ": " + e.what());
      }
    }
    return sample;
  }

 private:
  /// Lines about one image belong together when a sample may hold several turns.
  void group() {
    std::unordered_map<std::string, std::size_t> place;
    for (std::size_t i = 0; i < records_.size(); ++i) {
      const std::string& image = records_[i].image;
      if (turns_ > 1 && !image.empty()) {
        const auto [found, is_new] = place.try_emplace(image, groups_.size());
        if (is_new) groups_.emplace_back();
        groups_[found->second].push_back(i);
      } else {
        groups_.push_back({i});
      }
    }
  }

  static const Image& decoded(Sample& sample) {
    if (!sample.decoded) sample.decoded = std::make_shared<const Image>(load_image(sample.image));
    return *sample.decoded;
  }

  Mask target_mask(const Json& mask, Sample& sample) const {
    if (mask.is_object()) return decode_mask(rle_from_json(mask));
    if (mask.is_string()) return detail::folder_mask_file(root_, mask.get<std::string>());
    const Image& image = decoded(sample);
    return segmentation_mask(detail::folder_polygons(mask), image.height, image.width, merge_);
  }

  Mask region_mask(const Json& json, Sample& sample) const {
    Region region = detail::folder_region(root_, json);
    if (Mask* mask = std::get_if<Mask>(&region)) return std::move(*mask);
    const Image& image = decoded(sample);
    return rasterize(region, image.height, image.width);
  }

  void add_turn(const FolderRecord& record, Sample& sample) const {
    const std::size_t offset = sample.prompts.size();
    SampleTurn turn;
    turn.question = detail::shift_prompts(record.question, offset, record.regions.size());
    turn.answer = detail::shift_prompts(record.answer, offset, record.regions.size());
    if (record.masks) {
      auto& masks = turn.masks.emplace();
      for (const Json& mask : *record.masks) {
        masks.push_back(target_mask(mask, sample));
        detail::require_pixels(masks.back(), "masks[" + std::to_string(masks.size() - 1) + "]");
      }
      if (masks.empty()) {
        const std::size_t count = detail::count_seg(turn.answer);
        if (count > 0) masks.assign(count, Mask(decoded(sample).height, decoded(sample).width));
      }
    }
    std::vector<Mask> prompts;
    for (const Json& region : record.regions) prompts.push_back(region_mask(region, sample));
    for (Mask& prompt : prompts) sample.prompts.push_back(std::move(prompt));
    sample.turns.push_back(std::move(turn));
  }

  std::filesystem::path root_, file_;
  std::string name_;
  std::size_t turns_;
  PolygonMerge merge_;
  std::vector<FolderRecord> records_;
  std::vector<std::vector<std::size_t>> groups_;
};

}  // namespace

std::unique_ptr<Dataset> make_folder(const DatasetConfig& config, const DataConfig& data) {
  detail::by_published_rules(config, "simple", "simple");
  if (!config.split_by.empty()) throw ConfigError("folder: split_by has no meaning here");
  return std::make_unique<FolderDataset>(detail::dataset_root(config, data), config,
                                         polygon_merge_from_string(data.gt_merge));
}

}  // namespace pixelsail
