// Pix2Cap: up to five segments of a picture, asked for by their descriptions.

#include <algorithm>

#include "data/mix/masks.h"
#include "data/mix/panoptic.h"

namespace pixelsail {
namespace {

class Pix2CapSegments : public detail::PanopticSet {
 public:
  using PanopticSet::PanopticSet;

 private:
  void fill(std::int64_t index, Draws& draws, Sample& sample) const override {
    auto segments = this->segments(index, true, sample);
    const detail::IdMap map = id_map(sample);
    segments = detail::described(std::move(segments), map, sample);
    std::vector<std::size_t> chosen = draws.some("object_order", segments.size());
    chosen.resize(std::min(chosen.size(), objects_per_sample()));
    for (const std::size_t i : chosen) {
      const std::string description = detail::without_seg(segments[i].description, sample);
      sample.conversation.push_back(
          human(texts().ask(pick(draws, "question", texts().segment.description_questions), description)));
      sample.conversation.push_back(
          gpt(pick(draws, "answer", texts().segment.answers), {map.mask(segments[i].id)}));
    }
  }
};

}  // namespace

std::unique_ptr<Dataset> make_pix2cap_seg(const DatasetConfig& config, const DataConfig& data) {
  return std::make_unique<Pix2CapSegments>(config, data, detail::pix2cap_file(config, data));
}

}  // namespace pixelsail
