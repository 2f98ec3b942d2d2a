// Osprey's descriptions: one to five marked regions of a picture are described (data/mix/osprey.h).

#include <algorithm>

#include "data/mix/masks.h"
#include "data/mix/osprey.h"
#include "data/mix/region_names.h"
#include "data/unusable.h"

namespace pixelsail {
namespace {

struct DescribedRegion {
  Mask mask;
  std::string text;
};

class OspreyDescriptions : public detail::OspreySet {
 public:
  OspreyDescriptions(const DatasetConfig& config, const DataConfig& data)
      : OspreySet(config, data, "osprey_detail_description.json") {}

 private:
  void fill(std::int64_t index, Draws& draws, Sample& sample) const override {
    const std::string place = where(index);
    const Json entry = record(index);
    std::vector<DescribedRegion> described = described_regions(entry, place, sample);
    const std::vector<std::size_t> chosen =
        detail::choose_regions(draws, described.size(), objects_per_sample());
    detail::PromptTalk talk(draws, chosen.size(), texts(), texts().visual_prompt.detailed_questions);
    std::vector<detail::NumberedMask> marked;
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      DescribedRegion& region = described[chosen[i]];
      talk.ask(i, region.text, sample.conversation);
      marked.push_back({.number = talk.number(i), .mask = std::move(region.mask)});
    }
    detail::set_prompts(std::move(marked), shapes(), draws, sample);
    find_image(entry, place, sample);
  }

  std::vector<DescribedRegion> described_regions(const Json& entry, const std::string& place,
                                                 Sample& sample) const {
    const Json descriptions = detail::list_of(entry, "description", place);
    const std::size_t count = detail::list_of(entry, "annotation", place).size();
    if (count > 0 && count != descriptions.size())
      throw UnusableSample("counts_differ", std::to_string(descriptions.size()) + " descriptions of " +
                                                std::to_string(count) + " regions");
    std::vector<Mask> masks = regions(entry, place, sample);
    std::vector<DescribedRegion> described;
    for (std::size_t i = 0; i < masks.size(); ++i) {
      if (!descriptions[i].is_string()) throw DataError(place + ": a description should be a text");
      std::string text =
          detail::untagged(detail::without_seg(descriptions[i].get<std::string>(), sample), texts().clean);
      const bool is_empty = !detail::has_pixels(masks[i]);
      if (is_empty) detail::note(sample, "region_without_pixels");
      if (is_empty || (texts().clean && text.empty())) continue;
      described.push_back({.mask = std::move(masks[i]), .text = std::move(text)});
    }
    if (described.empty()) throw UnusableSample("no_masks", "no region has a pixel and a description");
    return described;
  }
};

}  // namespace

std::unique_ptr<Dataset> make_osprey_detail(const DatasetConfig& config, const DataConfig& data) {
  return std::make_unique<OspreyDescriptions>(config, data);
}

}  // namespace pixelsail
