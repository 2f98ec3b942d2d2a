#include "data/mix/grounded_caption.h"

#include <algorithm>

#include "annotations/published_prompts.h"
#include "data/mix/masks.h"
#include "data/unusable.h"
#include "io/python_strings.h"

namespace pixelsail::detail {
namespace {

std::string part(std::u32string_view text, std::int64_t begin, std::int64_t end) {
  return encode_code_points(
      text.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin)));
}

bool same_place(const GroundedPhrase& a, const GroundedPhrase& b) {
  return a.begin == b.begin && a.end == b.end;
}

}  // namespace

std::vector<GroundedPhrase> disentangled(std::vector<GroundedPhrase> phrases, std::size_t length,
                                         Sample& sample) {
  const std::size_t before = phrases.size();
  for (GroundedPhrase& phrase : phrases) phrase.end = std::min(phrase.end, static_cast<std::int64_t>(length));
  std::erase_if(phrases, [](const auto& phrase) { return phrase.begin < 0 || phrase.begin >= phrase.end; });
  std::ranges::stable_sort(phrases, [](const auto& a, const auto& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end > b.end;
  });
  std::vector<GroundedPhrase> kept;
  std::size_t emptied = 0;
  for (GroundedPhrase& phrase : phrases) {
    if (!has_pixels(phrase.mask)) {
      ++emptied;
    } else if (!kept.empty() && same_place(kept.back(), phrase)) {
      join(kept.back().mask, phrase.mask);
    } else if (kept.empty() || phrase.begin >= kept.back().end) {
      kept.push_back(std::move(phrase));
    }
  }
  if (emptied > 0) note(sample, "region_without_pixels");
  if (kept.size() + emptied < before) note(sample, "tags_broken");
  return kept;
}

Utterance grounded_answer(const std::string& caption, const std::vector<GroundedPhrase>& phrases,
                          const Sentences& texts) {
  const std::u32string text = decode_code_points(caption);
  std::string answer;
  std::vector<Mask> masks;
  std::int64_t at = 0;
  for (const GroundedPhrase& phrase : phrases) {
    answer += part(text, at, phrase.begin);
    answer += fill_template(texts.gcg.phrase, "class_name", part(text, phrase.begin, phrase.end));
    masks.push_back(phrase.mask);
    at = phrase.end;
  }
  return gpt(answer + part(text, at, static_cast<std::int64_t>(text.size())), std::move(masks));
}

void tell_grounded_caption(const std::string& caption, std::vector<GroundedPhrase> phrases,
                           const std::string& question, const Sentences& texts, Sample& sample) {
  if (phrases.empty()) throw UnusableSample("no_objects", "no phrase of the caption has a mask");
  phrases = disentangled(std::move(phrases), decode_code_points(caption).size(), sample);
  if (phrases.empty())
    throw UnusableSample("no_masks", "no phrase of the caption has a pixel and a place in it");
  sample.conversation.push_back(human(question));
  sample.conversation.push_back(grounded_answer(caption, phrases, texts));
}

std::string stripped_caption(const Json& record, const std::string& where) {
  std::string_view caption = json_string(record, "caption", where);
  const std::size_t begin = caption.find_first_not_of('"');
  if (begin == std::string_view::npos) return {};
  caption = caption.substr(begin, caption.find_last_not_of('"') + 1 - begin);
  return std::string(python_strip(caption));
}

}  // namespace pixelsail::detail
