// COCO's panoptic annotations: up to five classes of a picture, a mask for each object of a thing and one for stuff.

#include <algorithm>

#include "annotations/published_prompts.h"
#include "data/mix/class_choice.h"
#include "data/mix/masks.h"

namespace pixelsail {
namespace {

class CocoInstance : public detail::PanopticSet {
 public:
  using PanopticSet::PanopticSet;

 private:
  void fill(std::int64_t index, Draws& draws, Sample& sample) const override {
    const auto segments = detail::whole_objects(this->segments(index, false, sample));
    const detail::IdMap map = id_map(sample);
    for (const auto& [category, ids] : detail::choose_classes(segments, objects_per_sample(), map, draws)) {
      const std::string question =
          texts().ask(pick(draws, "question", texts().segment.questions), category->name);
      const auto& coco = texts().coco;
      sample.conversation.push_back(
          human(question + (category->is_thing ? coco.instance_suffix : coco.semantic_suffix)));
      sample.conversation.push_back(category->is_thing ? things(*category, ids, map)
                                                       : stuff(*category, ids, map, sample));
    }
  }

  Utterance things(const PanopticClass& category, std::vector<std::int64_t> ids,
                   const detail::IdMap& map) const {
    std::ranges::stable_sort(ids, {}, [&](std::int64_t id) { return map.left(id); });
    std::string answer;
    std::vector<Mask> masks;
    for (const std::int64_t id : ids) {
      masks.push_back(map.mask(id));
      const std::string number = std::to_string(masks.size());
      const TemplateValue values[] = {{"class_name", category.name}, {"k", number}};
      if (!answer.empty()) answer += texts().coco.instance_answer_join;
      answer += fill_template(texts().coco.instance_answer_item, values);
    }
    return gpt(answer + texts().coco.instance_answer_end, std::move(masks));
  }

  /// The published code answers with one [SEG] for what may be several masks: they are joined.
  Utterance stuff(const PanopticClass& category, const std::vector<std::int64_t>& ids,
                  const detail::IdMap& map, Sample& sample) const {
    Mask mask = map.mask(ids.front());
    for (const std::int64_t id : ids) detail::join(mask, map.mask(id));
    if (ids.size() > 1) detail::note(sample, "stuff_joined");
    return gpt(fill_template(texts().coco.stuff_answer, "class_name", category.name), {std::move(mask)});
  }
};

}  // namespace

std::unique_ptr<Dataset> make_coco_instance(const DatasetConfig& config, const DataConfig& data) {
  return std::make_unique<CocoInstance>(config, data, detail::panoptic_file(config, data));
}

}  // namespace pixelsail
