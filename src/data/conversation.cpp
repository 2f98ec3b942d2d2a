#include "data/conversation.h"

#include <string_view>

#include "io/python_strings.h"

namespace pixelsail {
namespace {

void remove_all(std::string& text, std::string_view part) {
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at))
    text.erase(at, part.size());
}

std::string cleaned(std::string text) {
  for (const std::string_view mark : {"<image>\n", "\n<image>", "<image>"}) remove_all(text, mark);
  return std::string(detail::python_strip(text));
}

}  // namespace

std::vector<SampleTurn> turns_of(const std::vector<Utterance>& conversation) {
  std::vector<SampleTurn> turns;
  std::string question;
  bool begun = false;
  for (const Utterance& utterance : conversation) {
    begun = begun || utterance.is_human;
    if (!begun) continue;
    if (utterance.is_human) {
      question += cleaned(utterance.text);
      continue;
    }
    turns.push_back({.question = std::move(question),
                     .answer = std::string(detail::python_strip(utterance.text)),
                     .masks = utterance.masks});
    question.clear();
  }
  return turns;
}

}  // namespace pixelsail
