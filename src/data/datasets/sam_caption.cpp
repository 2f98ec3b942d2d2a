// Captions of objects in SA-1B's pictures, five objects a sample. ROOT/sam_caption/object_caption_data_<split>_split.json:
//   [{"image_name", "object_annotations": [{"segmentation": run lengths, "caption"}]}]
// with pictures in ROOT/sam_caption/images/.

#include <algorithm>

#include "annotations/annotation_file.h"
#include "data/mix/masks.h"
#include "data/mix/pictures.h"
#include "data/mix/prompt_talk.h"
#include "data/mix/published_set.h"
#include "data/mix/run_masks.h"
#include "data/unusable.h"

namespace pixelsail {
namespace {

class SamCaptions : public detail::PublishedList {
 public:
  SamCaptions(const DatasetConfig& config, const DataConfig& data, const std::filesystem::path& file)
      : PublishedList(config, data, file), images_(file.parent_path() / "images") {
    for (std::size_t i = 0; i < records().size(); ++i) {
      const std::size_t objects = objects_of(i);
      for (std::size_t first = 0; first < objects; first += objects_per_sample())
        items_.push_back({.record = i, .first = first});
    }
    if (items_.empty()) throw DataError(file.string() + ": holds no object");
  }

  std::int64_t size() const override { return static_cast<std::int64_t>(items_.size()); }

 private:
  struct Item {
    std::size_t record = 0, first = 0;
  };

  /// A faulty record counts as one object: it stays in the list, where its fault is met and counted.
  std::size_t objects_of(std::size_t i) const {
    try {
      return detail::list_of(records().read(i), "object_annotations", records().where(i)).size();
    } catch (const DataError&) {
      return 1;
    }
  }

  std::string where(std::int64_t index) const override { return "item " + std::to_string(index); }

  void fill(std::int64_t index, Draws& draws, Sample& sample) const override {
    const Item& item =
        items_.at(draws.place_of("item_order", static_cast<std::size_t>(index), items_.size()));
    const std::string place = records().where(item.record);
    const Json entry = records().read(item.record);
    const Json objects = detail::list_of(entry, "object_annotations", place);
    const std::string& name = json_string(entry, "image_name", place);
    if (!stays_inside(name))
      throw UnusableSample("image_missing", place + ": \"" + name + "\" leads out of its folder");
    detail::use_picture(images_ / name, name, sample);
    const std::vector<std::size_t> order = draws.some_of("object_order", item.record, objects.size());
    std::vector<std::pair<Mask, std::string>> used;
    for (std::size_t i = item.first; i < std::min(order.size(), item.first + objects_per_sample()); ++i) {
      const std::string one = place + ".object_annotations[" + std::to_string(order[i]) + "]";
      const Json& object = objects[order[i]];
      Mask mask = detail::mask_of_runs(json_at(object, "segmentation", one), one);
      std::string caption = cleaned(detail::without_seg(json_string(object, "caption", one), sample));
      if (!detail::has_pixels(mask)) {
        detail::note(sample, "region_without_pixels");
      } else {
        used.emplace_back(std::move(mask), std::move(caption));
      }
    }
    if (used.empty()) throw UnusableSample("no_masks", place + ": no object has a pixel");
    tell(used, draws, sample);
  }

  void tell(std::vector<std::pair<Mask, std::string>>& objects, Draws& draws, Sample& sample) const {
    detail::PromptTalk talk(draws, objects.size(), texts(), texts().visual_prompt.detailed_questions,
                            texts().sam_caption.suffix);
    std::vector<detail::NumberedMask> marked;
    for (std::size_t i = 0; i < objects.size(); ++i) {
      talk.ask(i, objects[i].second, sample.conversation);
      marked.push_back({.number = talk.number(i), .mask = std::move(objects[i].first)});
    }
    detail::set_prompts(std::move(marked), std::nullopt, draws, sample);
  }

  /// Words about the outline that the captions were written from.
  std::string cleaned(std::string caption) const {
    for (const std::string& words : texts().sam_caption.removed)
      for (std::size_t at = caption.find(words); at != std::string::npos; at = caption.find(words, at))
        caption.erase(at, words.size());
    if (!texts().clean) return caption;
    std::string squeezed;
    for (const char c : caption)
      if (c != ' ' || squeezed.empty() || squeezed.back() != ' ') squeezed += c;
    return squeezed;
  }

  std::filesystem::path images_;
  std::vector<Item> items_;
};

}  // namespace

std::unique_ptr<Dataset> make_sam_caption(const DatasetConfig& config, const DataConfig& data) {
  return std::make_unique<SamCaptions>(
      config, data,
      find_annotation_file(detail::dataset_root(config, data), {"sam_caption"},
                           "object_caption_data_" + config.split + "_split.json"));
}

}  // namespace pixelsail
