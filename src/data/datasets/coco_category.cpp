// COCO's panoptic annotations: which of some candidate categories is a marked region?

#include <algorithm>

#include "annotations/published_prompts.h"
#include "data/mix/class_choice.h"
#include "data/mix/masks.h"
#include "data/mix/prompt_talk.h"
#include "data/unusable.h"

namespace pixelsail {
namespace {

constexpr std::size_t kCandidates = 10;
constexpr double kNegativeClass = 0.05;

class CocoCategory : public detail::PanopticSet {
 public:
  using PanopticSet::PanopticSet;

 private:
  void fill(std::int64_t index, Draws& draws, Sample& sample) const override {
    auto objects = detail::whole_objects(this->segments(index, false, sample));
    const detail::IdMap map = id_map(sample);
    if (std::erase_if(objects, [&](const auto& object) { return map.pixels(object.id) == 0; }) > 0)
      detail::note(sample, "region_without_pixels");
    if (objects.empty()) throw UnusableSample("no_masks", "no segment has a pixel");
    std::vector<std::size_t> chosen = draws.some("object_order", objects.size());
    chosen.resize(std::min(chosen.size(), objects_per_sample()));
    detail::PromptTalk talk(draws, chosen.size(), texts(), texts().category.questions);
    std::vector<detail::NumberedMask> regions;
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      const detail::PanopticSegment& object = objects[chosen[i]];
      talk.before_question(sample.conversation);
      ask(object.category->name, talk, talk.number(i), draws, sample);
      regions.push_back({.number = talk.number(i), .mask = map.mask(object.id)});
    }
    detail::set_prompts(std::move(regions), std::nullopt, draws, sample);
  }

  void ask(const std::string& name, const detail::PromptTalk& talk, std::size_t number, Draws& draws,
           Sample& sample) const {
    const auto& category = texts().category;
    std::vector<std::string> candidates;
    for (const std::size_t i : draws.some("candidate_order", texts().classes.size(), kCandidates))
      candidates.push_back(texts().classes[i].name);
    std::string answer;
    if (draws.chance("negative_class", kNegativeClass)) {
      std::erase(candidates, name);
      answer = fill_template(category.negative_answer, "prompt", prompt_mark(number));
    } else {
      if (std::ranges::find(candidates, name) == candidates.end()) {
        candidates.push_back(name);
        std::vector<std::string> shuffled;
        for (const std::size_t i : draws.some("candidate_order", candidates.size()))
          shuffled.push_back(candidates[i]);
        candidates = std::move(shuffled);
      }
      answer = talk.answer(name, number);
    }
    candidates.push_back(category.always_last);
    const std::string list = joined(candidates, category.joined_by, category.joined_by);
    sample.conversation.push_back(human(talk.question(pick(draws, "question", category.questions), number) +
                                        " " + fill_template(category.candidates, "list", list)));
    sample.conversation.push_back(gpt(std::move(answer)));
  }
};

}  // namespace

std::unique_ptr<Dataset> make_coco_category(const DatasetConfig& config, const DataConfig& data) {
  return std::make_unique<CocoCategory>(config, data, detail::panoptic_file(config, data));
}

}  // namespace pixelsail
