#include "metrics/answer_match.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <string>
#include <vector>

#include "io/python_strings.h"

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

/// \d of a pattern: decimal digits of any script.
bool is_digit(char32_t code) {
  return utf8proc_category(static_cast<utf8proc_int32_t>(code)) == UTF8PROC_CATEGORY_ND;
}

bool has_comma_between_digits(std::u32string_view text) {
  for (std::size_t i = 1; i + 1 < text.size(); ++i)
    if (text[i] == ',' && is_digit(text[i - 1]) && is_digit(text[i + 1])) return true;
  return false;
}

std::u32string remove_dots(std::u32string_view text, MatchRules rules) {
  std::u32string kept;
  kept.reserve(text.size());
  int removed = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool before_digit = i + 1 < text.size() && is_digit(text[i + 1]);
    const bool behind_digit = rules == MatchRules::kCurrent && i > 0 && is_digit(text[i - 1]);
    if (text[i] == '.' && !before_digit && !behind_digit && removed < kMostDots) {
      ++removed;
    } else {
      kept += text[i];
    }
  }
  return kept;
}

std::size_t length_of(std::string_view text) {
  return detail::decode_code_points(text).size();
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

bool equals_ignoring_case(std::u32string_view text, std::string_view letters) {
  return std::equal(text.begin(), text.end(), letters.begin(), letters.end(),
                    [](char32_t code, char letter) { return equals_ignoring_case(code, letter); });
}

/// The letter of the first "answer is X" with X among A to D. The pattern has white space around "is" alone,
/// so it lies in three words: the end of one, one, and the beginning of one.
std::optional<char> stated_letter(std::string_view text) {
  constexpr std::string_view kAnswer = "answer";
  std::vector<std::u32string> words;
  for (const std::string_view word : detail::python_split(text))
    words.push_back(detail::decode_code_points(word));
  for (std::size_t i = 0; i + 2 < words.size(); ++i) {
    const std::u32string_view first = words[i], last = words[i + 2];
    if (first.size() < kAnswer.size() || !equals_ignoring_case(words[i + 1], "is") ||
        !equals_ignoring_case(first.substr(first.size() - kAnswer.size()), kAnswer))
      continue;
    const std::size_t letter = last.find_first_not_of(U'*');
    if (letter == std::u32string_view::npos) continue;
    for (char option = 'A'; option <= 'D'; ++option)
      if (equals_ignoring_case(last[letter], static_cast<char>(option - 'A' + 'a'))) return option;
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
  const std::vector<std::string_view> words = detail::python_split(spaced);
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
  const std::string lower = detail::python_lower(answer);
  if (rules == MatchRules::kCurrent) {
    std::size_t length = 0;
    for (const ChoiceOption& option : options) length += length_of(option.second);
    if (length_of(lower) > 2 * length) return std::nullopt;
  }
  std::optional<char> found;
  for (const ChoiceOption& option : options) {
    if (!contains(lower, detail::python_lower(option.second))) continue;
    if (found) return std::nullopt;
    found = option.first;
  }
  return found;
}

}  // namespace

std::string remove_punctuation(std::string_view text, MatchRules rules) {
  const std::u32string characters = detail::decode_code_points(text);
  const bool delete_all = has_comma_between_digits(characters);
  std::array<bool, kPunctuation.size()> deleted{};
  for (std::size_t k = 0; k < kPunctuation.size(); ++k) {
    const std::string before = {' ', kPunctuation[k]}, behind = {kPunctuation[k], ' '};
    deleted[k] = delete_all || contains(text, before) || contains(text, behind);
  }
  std::u32string result;
  result.reserve(characters.size());
  for (const char32_t c : characters) {
    const std::size_t kind = c < 0x80 ? kPunctuation.find(static_cast<char>(c)) : std::string_view::npos;
    if (kind == std::string_view::npos) {
      result += c;
    } else if (!deleted[kind]) {
      result += U' ';
    }
  }
  return detail::encode_code_points(remove_dots(result, rules));
}

YesNo match_yes_no(std::string_view answer, MatchRules rules) {
  const std::string text = remove_punctuation(detail::python_lower(answer), rules);
  const std::vector<std::string_view> words = detail::python_split(text);
  const bool yes = std::find(words.begin(), words.end(), "yes") != words.end();
  const bool no = std::find(words.begin(), words.end(), "no") != words.end();
  if (yes == no) return YesNo::kOther;
  return yes ? YesNo::kYes : YesNo::kNo;
}

YesNo match_yes_no_mme_script(std::string_view answer) {
  const std::u32string lower = detail::decode_code_points(detail::python_lower(answer));
  const std::string prefix = detail::encode_code_points(std::u32string_view(lower).substr(0, kMmePrefix));
  if (contains(prefix, "yes")) return YesNo::kYes;
  return contains(prefix, "no") ? YesNo::kNo : YesNo::kOther;
}

std::optional<char> match_choice(std::string_view answer, std::span<const ChoiceOption> options,
                                 MatchRules rules) {
  const std::optional<char> letter = match_letter(answer, options, rules);
  return letter ? letter : match_text(answer, options, rules);
}

}  // namespace pixelsail
