#include "benchmarks/common/answer_text.h"

namespace pixelsail {
namespace {

constexpr std::string_view kBlanks = " \t\n\r\v\f";

std::string without(std::string_view text, std::string_view part) {
  std::string rest;
  std::size_t start = 0;
  for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, start)) {
    rest.append(text, start, at - start);
    start = at + part.size();
  }
  return rest.append(text, start);
}

std::string replaced(std::string_view text, std::string_view part, std::string_view by) {
  std::string result;
  std::size_t start = 0;
  for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, start)) {
    result.append(text, start, at - start).append(by);
    start = at + part.size();
  }
  return result.append(text, start);
}

std::string stripped(std::string_view text, std::string_view characters = kBlanks) {
  const std::size_t first = text.find_first_not_of(characters);
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(characters) - first + 1));
}

/// "<...>" on one line, the shortest first: the pattern of the scripts does not cross line ends.
std::string without_tags(std::string_view text) {
  std::string rest;
  std::size_t start = 0;
  for (std::size_t open = text.find('<'); open != std::string_view::npos; open = text.find('<', start)) {
    const std::size_t end = text.find_first_of(">\n", open);
    if (end == std::string_view::npos) break;
    // A line end before the ">": this "<" opens nothing.
    const bool is_tag = text[end] == '>';
    rest.append(text, start, open - start + (is_tag ? 0 : 1));
    start = is_tag ? end + 1 : open + 1;
  }
  return rest.append(text, start);
}

std::string single_blanks(std::string_view text) {
  std::string result;
  for (std::size_t at = text.find_first_not_of(kBlanks); at != std::string_view::npos;) {
    const std::size_t end = text.find_first_of(kBlanks, at);
    if (!result.empty()) result += ' ';
    result.append(text.substr(at, end == std::string_view::npos ? end : end - at));
    at = end == std::string_view::npos ? end : text.find_first_not_of(kBlanks, end);
  }
  return result;
}

std::string plain_caption(std::string_view text) {
  return stripped(stripped(single_blanks(without(without_tags(text), "[SEG]")), "'"));
}

}  // namespace

std::string clean_region_caption(std::string_view answer) {
  std::string text(answer);
  for (const std::string_view part : {"<|endoftext|>", ".", "<Prompt0>", ":"}) text = without(text, part);
  text = stripped(text);
  static constexpr std::string_view kAssistant = "ASSISTANT: ";
  const std::size_t at = text.rfind(kAssistant);
  if (at != std::string::npos) text.erase(0, at + kAssistant.size());
  return plain_caption(text);
}

std::string clean_table_answer(std::string_view answer) {
  std::string text(answer);
  for (const std::string_view mark : {"<|end|>", "<|endoftext|>", "<|im_end|>"}) text = without(text, mark);
  return stripped(text);
}

GroundedCaption split_grounded_caption(std::string_view answer) {
  std::string text(answer);
  for (const std::string_view part : {"<s>", "\n"}) text = without(text, part);
  text = without(replaced(text, "  ", " "), "<|endoftext|>");
  GroundedCaption result;
  static constexpr std::string_view kOpen = "<p>", kClose = "</p>";
  std::size_t open = text.find(kOpen);
  while (open != std::string::npos) {
    const std::size_t begin = open + kOpen.size(), end = text.find(kClose, begin);
    if (end == std::string::npos) break;
    result.phrases.push_back(stripped(std::string_view(text).substr(begin, end - begin)));
    open = text.find(kOpen, end + kClose.size());
  }
  result.caption = plain_caption(text);
  return result;
}

}  // namespace pixelsail
