#include "metrics/answer_match.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <vector>

#include "metrics/python_text.h"

namespace pixelsail {
namespace {

constexpr std::string_view kPunctuation = ";/[]\"{}()=+\\_-><@`,?!";
/// The kit hands a flag (re.UNICODE, 32) to re.sub in the place of its count.
constexpr int kMostDots = 32;
constexpr std::string_view kChoicePunctuation = ".()[],:;!*#{}";
constexpr std::string_view kApiFailure = "Failed to obtain answer via API";
constexpr std::array<std::string_view, 4> kRefusals{
    "Sorry, I can't help with images of people yet.", "I can't process this file.",
    "I'm sorry, but without the image provided", "Cannot determine the answer"};
constexpr char kRefused = 'Z';
/// Today's kit takes a letter among so many last words only.
constexpr std::size_t kLastWords = 4;
constexpr std::size_t kMmePrefix = 4;

/// In linear time, whatever the texts; std::string_view::find is quadratic at worst.
bool contains(std::string_view text, std::string_view part) {
  return part.empty() || memmem(text.data(), text.size(), part.data(), part.size()) != nullptr;
}

bool has_comma_between_digits(std::string_view text) {
  char32_t previous = 0;
  bool comma_after_digit = false;
  for (std::size_t i = 0; i < text.size();) {
    const PythonCharacter character = character_at(text, i);
    if (comma_after_digit && is_python_digit(character.code)) return true;
    comma_after_digit = character.code == ',' && is_python_digit(previous);
    previous = character.code;
    i += character.bytes;
  }
  return false;
}

std::string remove_dots(std::string_view text, MatchRules rules) {
  std::string kept;
  kept.reserve(text.size());
  bool behind_digit = false;
  int removed = 0;
  for (std::size_t i = 0; i < text.size();) {
    const PythonCharacter character = character_at(text, i);
    const std::size_t behind = i + character.bytes;
    const bool before_digit = behind < text.size() && is_python_digit(character_at(text, behind).code);
    const bool spared = before_digit || (rules == MatchRules::kCurrent && behind_digit);
    if (character.code == '.' && !spared && removed < kMostDots) {
      ++removed;
    } else {
      kept += text.substr(i, character.bytes);
    }
    behind_digit = is_python_digit(character.code);
    i = behind;
  }
  return kept;
}

bool is_word(const std::vector<std::string_view>& words, char letter) {
  return std::find(words.begin(), words.end(), std::string_view(&letter, 1)) != words.end();
}

/// Whether a character equals a small letter under Python's re.IGNORECASE: beside the capital these are
/// dotless i, capital I with dot and long s.
bool equals_ignoring_case(char32_t code, char letter) {
  const auto small = static_cast<char32_t>(letter);
  if (code == small || code == small - 'a' + 'A') return true;
  return (letter == 'i' && (code == 0x131 || code == 0x130)) || (letter == 's' && code == 0x17F);
}

/// Moves `position` behind `word` when that is there.
bool take_word(std::string_view text, std::size_t& position, std::string_view word) {
  std::size_t i = position;
  for (const char letter : word) {
    if (i >= text.size()) return false;
    const PythonCharacter character = character_at(text, i);
    if (!equals_ignoring_case(character.code, letter)) return false;
    i += character.bytes;
  }
  position = i;
  return true;
}

/// Moves `position` behind white space; false when there is none.
bool take_spaces(std::string_view text, std::size_t& position) {
  const std::size_t start = position;
  while (position < text.size()) {
    const PythonCharacter character = character_at(text, position);
    if (!is_python_space(character.code)) break;
    position += character.bytes;
  }
  return position > start;
}

/// The letter of the first "answer is X" with X among A to D.
std::optional<char> stated_letter(std::string_view text) {
  for (std::size_t start = 0; start < text.size(); ++start) {
    std::size_t i = start;
    if (!take_word(text, i, "answer") || !take_spaces(text, i) || !take_word(text, i, "is") ||
        !take_spaces(text, i))
      continue;
    while (i < text.size() && text[i] == '*') ++i;
    if (i >= text.size()) continue;
    const char letter = text[i] >= 'a' && text[i] <= 'd' ? static_cast<char>(text[i] - 'a' + 'A') : text[i];
    if (letter >= 'A' && letter <= 'D') return letter;
  }
  return std::nullopt;
}

std::optional<char> match_letter(std::string_view answer, std::span<const ChoiceOption> options,
                                 MatchRules rules) {
  if (contains(answer, kApiFailure)) return std::nullopt;
  for (const std::string_view refusal : kRefusals)
    if (contains(answer, refusal)) return kRefused;
  std::string spaced(answer);
  for (char& c : spaced)
    if (kChoicePunctuation.find(c) != std::string_view::npos) c = ' ';
  const std::vector<std::string_view> words = python_split(spaced);
  std::vector<char> named;
  for (const ChoiceOption& option : options)
    if (is_word(words, option.first)) named.push_back(option.first);
  if (named.size() == 1) {
    const auto first = std::find(words.begin(), words.end(), std::string_view(named.data(), 1));
    const auto behind = static_cast<std::size_t>(words.end() - first);
    if (rules == MatchRules::kBundled || behind <= kLastWords) return named.front();
  } else if (named.empty() && is_word(words, kRefused)) {
    return kRefused;
  }
  if (rules == MatchRules::kBundled) return std::nullopt;
  const std::optional<char> stated = stated_letter(answer);
  const auto is_option = [&](const ChoiceOption& option) { return option.first == stated; };
  return std::any_of(options.begin(), options.end(), is_option) ? stated : std::nullopt;
}

std::optional<char> match_text(std::string_view answer, std::span<const ChoiceOption> options,
                               MatchRules rules) {
  const std::string lower = python_lower(answer);
  if (rules == MatchRules::kCurrent) {
    std::size_t length = 0;
    for (const ChoiceOption& option : options) length += python_length(option.second);
    if (python_length(lower) > 2 * length) return std::nullopt;
  }
  std::optional<char> found;
  for (const ChoiceOption& option : options) {
    if (!contains(lower, python_lower(option.second))) continue;
    if (found) return std::nullopt;
    found = option.first;
  }
  return found;
}

}  // namespace

std::string remove_punctuation(std::string_view text, MatchRules rules) {
  const bool delete_all = has_comma_between_digits(text);
  std::array<bool, kPunctuation.size()> deleted{};
  for (std::size_t k = 0; k < kPunctuation.size(); ++k) {
    const std::string before = {' ', kPunctuation[k]}, behind = {kPunctuation[k], ' '};
    deleted[k] = delete_all || contains(text, before) || contains(text, behind);
  }
  std::string result;
  result.reserve(text.size());
  for (const char c : text) {
    const std::size_t kind = kPunctuation.find(c);
    if (kind == std::string_view::npos) {
      result += c;
    } else if (!deleted[kind]) {
      result += ' ';
    }
  }
  return remove_dots(result, rules);
}

YesNo match_yes_no(std::string_view answer, MatchRules rules) {
  const std::string text = remove_punctuation(python_lower(answer), rules);
  const std::vector<std::string_view> words = python_split(text);
  const bool yes = std::find(words.begin(), words.end(), "yes") != words.end();
  const bool no = std::find(words.begin(), words.end(), "no") != words.end();
  if (yes == no) return YesNo::kOther;
  return yes ? YesNo::kYes : YesNo::kNo;
}

YesNo match_yes_no_mme_script(std::string_view answer) {
  const std::string lower = python_lower(answer);
  const std::string_view prefix = python_prefix(lower, kMmePrefix);
  if (contains(prefix, "yes")) return YesNo::kYes;
  return contains(prefix, "no") ? YesNo::kNo : YesNo::kOther;
}

std::optional<char> match_choice(std::string_view answer, std::span<const ChoiceOption> options,
                                 MatchRules rules) {
  const std::optional<char> letter = match_letter(answer, options, rules);
  return letter ? letter : match_text(answer, options, rules);
}

}  // namespace pixelsail
