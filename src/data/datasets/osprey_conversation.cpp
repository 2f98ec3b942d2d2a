// Osprey's conversations about up to 15 marked regions: osprey_conversation, osprey_part, osprey_lvis and osprey_short,
// each also with "_shapes" (data/mix/osprey.h).

#include <algorithm>

#include "core/sequence.h"
#include "data/mix/masks.h"
#include "data/mix/osprey.h"
#include "data/mix/region_names.h"
#include "data/unusable.h"

namespace pixelsail {
namespace {

std::string file_of(const std::string& kind) {
  if (kind.starts_with("osprey_part")) return "osprey_part_level.json";
  if (kind.starts_with("osprey_lvis")) return "osprey_lvis_positive_negative.json";
  if (kind.starts_with("osprey_short")) return "osprey_short_form.json";
  return "osprey_conversation.json";
}

class OspreyConversations : public detail::OspreySet {
 public:
  OspreyConversations(const DatasetConfig& config, const DataConfig& data)
      : OspreySet(config, data, file_of(config.kind)),
        suffix_(config.kind.starts_with("osprey_short") ? texts().osprey.short_suffix : "") {}

 private:
  void fill(std::int64_t index, Draws& draws, Sample& sample) const override {
    const std::string place = where(index);
    const Json entry = record(index);
    const Json annotations = detail::list_of(entry, "annotation", place);
    if (annotations.size() > std::size_t{kPromptTokens})
      throw UnusableSample("too_many_regions", std::to_string(annotations.size()) + " regions");
    std::vector<Mask> masks = regions(entry, place, sample);
    detail::PromptTalk talk(draws, masks.size(), texts(), texts().visual_prompt.detailed_questions);
    // A region without a pixel has no number: its name stays in the texts like that of one that does not exist.
    std::vector<std::optional<std::size_t>> numbers;
    std::vector<detail::NumberedMask> marked;
    for (std::size_t i = 0; i < masks.size(); ++i) {
      const bool visible = detail::has_pixels(masks[i]);
      numbers.push_back(visible ? std::optional(talk.number(i)) : std::nullopt);
      if (visible) marked.push_back({.number = talk.number(i), .mask = std::move(masks[i])});
    }
    if (marked.size() < masks.size()) detail::note(sample, "region_without_pixels");
    if (marked.empty()) throw UnusableSample("no_masks", "no region has a pixel");
    for (Utterance& utterance : detail::read_conversation(entry, place)) {
      if (utterance.is_human) talk.before_question(sample.conversation);
      utterance.text =
          detail::with_prompt_marks(detail::without_seg(std::move(utterance.text), sample), numbers, sample);
      if (utterance.is_human) utterance.text += suffix_;
      sample.conversation.push_back(std::move(utterance));
    }
    detail::set_prompts(std::move(marked), shapes(), draws, sample);
    find_image(entry, place, sample);
  }

  std::string suffix_;
};

}  // namespace

std::unique_ptr<Dataset> make_osprey_conversation(const DatasetConfig& config, const DataConfig& data) {
  return std::make_unique<OspreyConversations>(config, data);
}

}  // namespace pixelsail
