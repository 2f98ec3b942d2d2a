#include "data/mix/refer_pictures.h"

#include <algorithm>
#include <unordered_map>

#include "data/mix/masks.h"
#include "data/mix/pictures.h"
#include "data/unusable.h"
#include "io/python_strings.h"

namespace pixelsail::detail {

ReferPictures::ReferPictures(const DatasetConfig& config, const DataConfig& data,
                             const std::string& benchmark)
    : PublishedSet(config, data),
      general_(benchmark == "grefcoco"),
      use_sent_(config.sentence == "sent"),
      data_(ReferData::load(root(), benchmark, config.split, config.split_by, ReferScope::kUsableTargets)) {
  group();
}

std::vector<std::pair<std::string, std::int64_t>> ReferPictures::left_out() const {
  return {{kMalformedRecord, data_.faulty()}, {"no_sentences", data_.refs_without_sentences()}};
}

/// Sentences of a ref follow each other in data_.
void ReferPictures::group() {
  std::unordered_map<std::int64_t, std::size_t> place;
  const auto& expressions = data_.expressions();
  for (std::size_t i = 0; i < expressions.size();) {
    std::vector<const ReferExpression*> ref;
    const std::int64_t id = expressions[i].ref_id;
    for (; i < expressions.size() && expressions[i].ref_id == id; ++i) ref.push_back(&expressions[i]);
    const auto [found, is_new] = place.try_emplace(ref.front()->image_id, pictures_.size());
    if (is_new) pictures_.push_back({ref.front()->image_id, {}});
    add_sentences(pictures_[found->second], ref);
  }
  std::size_t number = 0;
  for (Picture& picture : pictures_)
    for (ReferEntry& entry : picture.entries) entry.number = number++;
}

void ReferPictures::add_sentences(Picture& picture, const std::vector<const ReferExpression*>& ref) {
  auto entry = general_ ? picture.entries.end()
                        : std::ranges::find(picture.entries, ref.front()->ann_ids, &ReferEntry::ann_ids);
  if (entry == picture.entries.end())
    entry = picture.entries.insert(entry, {.number = 0, .ann_ids = ref.front()->ann_ids, .sentences = {}});
  std::vector<std::string> sentences;
  for (const ReferExpression* expression : ref)
    sentences.push_back(use_sent_ ? expression->sentence : expression->raw);
  entry->sentences.insert(entry->sentences.begin(), sentences.begin(), sentences.end());
}

std::string ReferPictures::where(std::int64_t index) const {
  return "image " + std::to_string(pictures_.at(static_cast<std::size_t>(index)).id);
}

std::vector<ReferPictures::Choice> ReferPictures::choices(std::int64_t index, Sample& sample) const {
  const Picture& picture = pictures_.at(static_cast<std::size_t>(index));
  find_picture(root(), "train2014", data_.image(picture.id).file_name, sample);
  const ImageSize size = picture_size(sample);
  std::vector<Choice> choices;
  for (const ReferEntry& entry : picture.entries) {
    Choice choice{.entry = &entry, .mask = make_mask(entry, size.height, size.width, sample)};
    const bool is_empty = choice.mask && !entry.ann_ids.empty() && !has_pixels(*choice.mask);
    if (is_empty) {
      note(sample, "region_without_pixels");
    } else {
      choices.push_back(std::move(choice));
    }
  }
  if (choices.empty()) throw UnusableSample("no_masks", "no annotation of the picture has a pixel");
  return choices;
}

std::optional<Mask> ReferPictures::make_mask(const ReferEntry& entry, int height, int width,
                                             Sample& sample) const {
  Mask mask(height, width);
  for (const std::int64_t id : entry.ann_ids) {
    const Json& segmentation = data_.segmentation(id);
    if (!general_ && !segmentation.is_array()) return std::nullopt;
    const std::string place = data_.annotation_file().string() + ": annotation " + std::to_string(id);
    const Mask one = union_mask(segmentation, height, width, place, sample);
    if (std::ranges::any_of(one.data, [&, i = std::size_t{0}](std::uint8_t value) mutable {
          return (value & mask.data[i++]) != 0;
        }))
      note(sample, "overlap_added");
    join(mask, one);
  }
  return mask;
}

const Mask& ReferPictures::mask_of(const Choice& choice) {
  if (!choice.mask)
    throw UnusableSample("crowd_run_lengths", "annotation " + std::to_string(choice.entry->ann_ids.front()) +
                                                  " is no list of polygons");
  return *choice.mask;
}

std::string ReferPictures::text(const ReferEntry& entry, Draws& draws, Sample& sample) const {
  const std::string& sentence =
      entry.sentences[draws.index_of("sentence", entry.number, entry.sentences.size())];
  if (sentence.empty()) throw UnusableSample("empty_expression", "an expression is empty");
  std::string text = without_seg(python_lower(sentence), sample);
  if (!use_sent_ && text.ends_with('.')) text.pop_back();
  return general_ ? std::string(python_strip(text)) : text;
}

}  // namespace pixelsail::detail
