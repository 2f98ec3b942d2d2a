// RefCOCOg's expressions as descriptions: one to five marked objects of a picture are described in short.

#include "data/mix/masks.h"
#include "data/mix/prompt_talk.h"
#include "data/mix/refer_pictures.h"

namespace pixelsail {
namespace {

class RefCocogPrompts : public detail::ReferPictures {
 public:
  using ReferPictures::ReferPictures;

 private:
  void fill(std::int64_t index, Draws& draws, Sample& sample) const override {
    const std::vector<Choice> choices = this->choices(index, sample);
    const std::vector<std::size_t> chosen =
        detail::choose_regions(draws, choices.size(), objects_per_sample());
    detail::PromptTalk talk(draws, chosen.size(), texts(), texts().visual_prompt.short_questions);
    std::vector<detail::NumberedMask> marked;
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      const Choice& choice = choices[chosen[i]];
      talk.ask(i, text(*choice.entry, draws, sample), sample.conversation);
      marked.push_back({.number = talk.number(i), .mask = mask_of(choice)});
    }
    detail::set_prompts(std::move(marked), std::nullopt, draws, sample);
  }
};

}  // namespace

std::unique_ptr<Dataset> make_refcocog_vp(const DatasetConfig& config, const DataConfig& data) {
  detail::by_published_rules(config, "published", "published");
  return std::make_unique<RefCocogPrompts>(config, data, "refcocog");
}

}  // namespace pixelsail
