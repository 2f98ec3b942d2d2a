// Pix2Cap: one to five marked segments of a picture are described. pix2cap_vp_shapes marks some by boxes and points.

#include <algorithm>

#include "data/mix/masks.h"
#include "data/mix/panoptic.h"
#include "data/mix/prompt_talk.h"

namespace pixelsail {
namespace {

class Pix2CapPrompts : public detail::PanopticSet {
 public:
  Pix2CapPrompts(const DatasetConfig& config, const DataConfig& data)
      : PanopticSet(config, data, detail::pix2cap_file(config, data)), shapes_(detail::shapes_of(config)) {}

 private:
  void fill(std::int64_t index, Draws& draws, Sample& sample) const override {
    auto segments = this->segments(index, true, sample);
    const detail::IdMap map = id_map(sample);
    segments = detail::described(std::move(segments), map, sample);
    const std::vector<std::size_t> chosen =
        detail::choose_regions(draws, segments.size(), objects_per_sample());
    detail::PromptTalk talk(draws, chosen.size(), texts(), texts().visual_prompt.detailed_questions);
    std::vector<detail::NumberedMask> regions;
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      const detail::PanopticSegment& segment = segments[chosen[i]];
      talk.ask(i, detail::without_seg(segment.description, sample), sample.conversation);
      regions.push_back({.number = talk.number(i), .mask = map.mask(segment.id)});
    }
    detail::set_prompts(std::move(regions), shapes_, draws, sample);
  }

  detail::PromptShapes shapes_;
};

}  // namespace

std::unique_ptr<Dataset> make_pix2cap_vp(const DatasetConfig& config, const DataConfig& data) {
  return std::make_unique<Pix2CapPrompts>(config, data);
}

}  // namespace pixelsail
