// COCO's panoptic annotations: up to five classes of a picture, one mask each.

#include <algorithm>

#include "annotations/published_prompts.h"
#include "data/mix/class_choice.h"
#include "data/mix/masks.h"

namespace pixelsail {
namespace {

class CocoSemantic : public detail::PanopticSet {
 public:
  using PanopticSet::PanopticSet;

 private:
  void fill(std::int64_t index, Draws& draws, Sample& sample) const override {
    const auto segments = detail::whole_objects(this->segments(index, false, sample));
    const detail::IdMap map = id_map(sample);
    for (const auto& [category, ids] : detail::choose_classes(segments, objects_per_sample(), map, draws)) {
      const std::string name = fill_template(texts().coco.semantic_name, "class_name", category->name);
      const std::string question = texts().ask(pick(draws, "question", texts().segment.questions), name);
      Mask mask = map.mask(ids.front());
      for (const std::int64_t id : ids) detail::join(mask, map.mask(id));
      sample.conversation.push_back(human(question + texts().coco.semantic_suffix));
      sample.conversation.push_back(gpt(pick(draws, "answer", texts().segment.answers), {std::move(mask)}));
    }
  }
};

}  // namespace

std::unique_ptr<Dataset> make_coco_semantic(const DatasetConfig& config, const DataConfig& data) {
  return std::make_unique<CocoSemantic>(config, data, detail::panoptic_file(config, data));
}

}  // namespace pixelsail
