#include "annotations/published_prompts.h"

namespace pixelsail {

std::string fill_template(std::string_view text, std::span<const TemplateValue> values) {
  std::string filled;
  std::size_t start = 0;
  for (std::size_t open = text.find('{'); open != std::string_view::npos; open = text.find('{', open + 1)) {
    const std::size_t close = text.find('}', open);
    if (close == std::string_view::npos) break;
    const std::string_view name = text.substr(open + 1, close - open - 1);
    for (const auto& [place, value] : values) {
      if (place != name) continue;
      filled.append(text, start, open - start).append(value);
      start = close + 1;
      break;
    }
  }
  return filled.append(text, start);
}

std::string fill_template(std::string_view text, std::string_view place, std::string_view value) {
  const TemplateValue one{place, value};
  return fill_template(text, std::span(&one, 1));
}

std::string region_caption_question(std::size_t k) {
  static constexpr std::string_view kFirst = "<Prompt0>";
  std::string question(kRegionCaptionPrompt);
  return question.replace(question.find(kFirst), kFirst.size(), "<Prompt" + std::to_string(k) + ">");
}

std::string segment_answer(std::size_t masks) {
  std::string text = "It is [SEG]";
  for (std::size_t i = 1; i < masks; ++i) text += i + 1 == masks ? " and [SEG]" : ", [SEG]";
  return text + ".";
}

}  // namespace pixelsail
