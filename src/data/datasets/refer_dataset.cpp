#include "data/datasets/refer_dataset.h"

#include <unordered_map>

#include "annotations/published_prompts.h"
#include "data/mask_pixels.h"

namespace pixelsail {

ReferDataset::ReferDataset(ReferData data, const std::string& split, std::size_t turns, PolygonMerge merge)
    : data_(std::move(data)), name_(data_.benchmark() + " " + split), turns_(turns), merge_(merge) {
  std::unordered_map<std::int64_t, std::size_t> place;
  const auto& expressions = data_.expressions();
  for (std::size_t i = 0; i < expressions.size(); ++i) {
    const auto [found, is_new] = place.try_emplace(expressions[i].image_id, images_.size());
    if (is_new) images_.push_back({expressions[i].image_id, {}});
    images_[found->second].expressions.push_back(i);
  }
}

Sample ReferDataset::make(std::int64_t index, Draws& draws) const {
  const ImageExpressions& entry = images_.at(static_cast<std::size_t>(index));
  Sample sample;
  sample.id = name_ + " image " + std::to_string(entry.image_id);
  sample.image = data_.image_path(entry.image_id);
  sample.image_key = data_.image(entry.image_id).file_name;
  for (const std::size_t i : draws.some("turns", entry.expressions.size(), turns_)) {
    const ReferExpression& e = data_.expressions()[entry.expressions[i]];
    SampleTurn turn;
    turn.question = segment_question(e.sentence);
    turn.answer = e.ann_ids.empty() ? kNoTargetAnswer : kSegmentAnswer;
    turn.masks.emplace().push_back(data_.target_mask(e, merge_));
    if (!e.ann_ids.empty())
      detail::require_pixels(turn.masks->back(),
                             sample.id + ": the target of ref " + std::to_string(e.ref_id));
    sample.turns.push_back(std::move(turn));
  }
  return sample;
}

}  // namespace pixelsail
