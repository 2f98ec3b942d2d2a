#include "data/mix/refer_segments.h"

#include <map>

#include "data/mix/masks.h"
#include "data/mix/refer_pictures.h"

namespace pixelsail::detail {
namespace {

class ReferSegments : public ReferPictures {
 public:
  using ReferPictures::ReferPictures;

 private:
  void fill(std::int64_t index, Draws& draws, Sample& sample) const override {
    const std::vector<Choice> choices = this->choices(index, sample);
    const auto picked = draws.repeated("picked", choices.size(), objects_per_sample());
    std::map<std::size_t, std::string> said;  // one sentence of each entry
    for (const std::size_t i : picked)
      if (!said.contains(i)) said.emplace(i, text(*choices[i].entry, draws, sample));
    for (const std::size_t i : picked) {
      const bool has_target = !choices[i].entry->ann_ids.empty();
      const Mask& mask = mask_of(choices[i]);
      const auto& segment = texts().segment;
      sample.conversation.push_back(
          human(texts().ask(pick(draws, "question", segment.questions), said.at(i))));
      sample.conversation.push_back(gpt(has_target
                                            ? pick(draws, "answer", segment.answers)
                                            : pick(draws, "no_target_answer", segment.no_target_answers),
                                        {mask}));
    }
  }
};

}  // namespace

std::unique_ptr<Dataset> make_refer_segments(const DatasetConfig& config, const DataConfig& data) {
  return std::make_unique<ReferSegments>(config, data, config.kind);
}

}  // namespace pixelsail::detail
