#include "data/mix/prompt_talk.h"

#include <algorithm>

#include "annotations/published_prompts.h"
#include "core/sequence.h"
#include "data/mix/masks.h"
#include "data/mix/prompt_shapes.h"
#include "data/unusable.h"

namespace pixelsail::detail {
namespace {

constexpr double kNegativeChance = 0.05;

}  // namespace

PromptShapes shapes_of(const DatasetConfig& config) {
  if (!config.kind.ends_with("_shapes")) return std::nullopt;
  const PromptShares& shares = config.prompt_shares;
  if (shares.mask + shares.box + shares.point <= 0)
    throw ConfigError(config.kind + ": the prompt_shares are all 0");
  return shares;
}

std::vector<std::size_t> choose_regions(Draws& draws, std::size_t regions, std::size_t most) {
  std::vector<std::size_t> order = draws.some("object_order", regions);
  const std::int64_t count = draws.integer("object_count", 1, static_cast<std::int64_t>(most));
  order.resize(std::min(order.size(), static_cast<std::size_t>(count)));
  return order;
}

PromptTalk::PromptTalk(Draws& draws, std::size_t regions, const Sentences& sentences,
                       const std::vector<std::string>& questions, std::string suffix)
    : draws_(draws),
      sentences_(sentences),
      questions_(questions),
      suffix_(std::move(suffix)),
      regions_(regions),
      order_(draws.some("prompt_order", std::size_t{kPromptTokens})) {
  if (regions > order_.size())
    throw UnusableSample("too_many_regions", std::to_string(regions) + " regions, there are only " +
                                                 std::to_string(order_.size()) + " prompt tokens");
}

std::string PromptTalk::question(const std::string& text, std::size_t number) const {
  constexpr std::string_view kRegion = "<region>";
  std::string result = text;
  const std::string mark = prompt_mark(number);
  for (std::size_t at = result.find(kRegion); at != std::string::npos;
       at = result.find(kRegion, at + mark.size()))
    result.replace(at, kRegion.size(), mark);
  return result;
}

std::string PromptTalk::answer(const std::string& text, std::size_t number) const {
  const std::string mark = prompt_mark(number);
  const TemplateValue values[] = {{"prompt", mark}, {"class_name", text}};
  return fill_template(sentences_.visual_prompt.answer, values);
}

void PromptTalk::before_question(std::vector<Utterance>& conversation) {
  if (negative_put_in_ || regions_ == order_.size()) return;
  if (!draws_.chance("negative_turn", kNegativeChance)) return;
  negative_put_in_ = true;
  const std::size_t free = order_[regions_];
  conversation.push_back(human(question(pick(draws_, "negative_question", questions_), free) + suffix_));
  conversation.push_back(
      gpt(fill_template(sentences_.visual_prompt.negative_answer, "prompt", prompt_mark(free))));
}

void PromptTalk::ask(std::size_t region, const std::string& text, std::vector<Utterance>& conversation) {
  before_question(conversation);
  const std::size_t number = order_[region];
  conversation.push_back(human(question(pick(draws_, "question", questions_), number) + suffix_));
  conversation.push_back(gpt(answer(text, number)));
}

void set_prompts(std::vector<NumberedMask> regions, const PromptShapes& shapes, Draws& draws,
                 Sample& sample) {
  std::vector<std::pair<std::int64_t, NumberedMask>> sorted;
  for (NumberedMask& region : regions) {
    const std::int64_t area = count_pixels(region.mask);
    sorted.emplace_back(area, std::move(region));
  }
  std::ranges::stable_sort(sorted, {}, [](const auto& entry) { return entry.first; });
  std::ranges::reverse(sorted);
  for (auto& [area, region] : sorted) {
    if (shapes) region.mask = reshaped(std::move(region.mask), *shapes, draws);
    sample.prompt_numbers.push_back(static_cast<int>(region.number));
    sample.prompts.push_back(std::move(region.mask));
  }
}

}  // namespace pixelsail::detail
