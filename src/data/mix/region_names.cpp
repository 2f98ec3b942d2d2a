#include "data/mix/region_names.h"

#include <string_view>

#include "data/mix/masks.h"
#include "data/mix/sentences.h"
#include "io/python_strings.h"

namespace pixelsail::detail {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// A name of a region in a text.
struct RegionName {
  std::size_t end = 0;
  std::size_t number = 0;  ///< 0: none of ours
};

/// The name that begins at `at`: [Rr]egi?on and digits, in brackets or without.
std::optional<RegionName> name_at(std::string_view text, std::size_t at) {
  const bool bracket = text[at] == '<';
  if (bracket) ++at;
  std::string_view rest = text.substr(at);
  if (!rest.starts_with("reg") && !rest.starts_with("Reg")) return std::nullopt;
  at += 3;
  if (at < text.size() && text[at] == 'i') ++at;
  if (!text.substr(at).starts_with("on")) return std::nullopt;
  at += 2;
  const std::size_t digits = at;
  while (at < text.size() && is_digit(text[at])) ++at;
  if (at == digits) return std::nullopt;
  RegionName name{.end = at};
  const std::string_view number = text.substr(digits, at - digits);
  if (number.size() <= 4 && number.front() != '0') name.number = std::stoul(std::string(number));
  if (bracket) {
    if (at == text.size() || text[at] != '>') return std::nullopt;
    ++name.end;
  }
  return name;
}

}  // namespace

std::string with_prompt_marks(const std::string& text, const std::vector<std::optional<std::size_t>>& numbers,
                              Sample& sample) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const auto name = name_at(text, at);
    if (!name) {
      result += text[at++];
      continue;
    }
    const bool known = name->number > 0 && name->number <= numbers.size() && numbers[name->number - 1];
    if (known) {
      result += prompt_mark(*numbers[name->number - 1]);
    } else {
      result.append(text, at, name->end - at);
      note(sample, "unknown_region");
    }
    at = name->end;
  }
  return result;
}

std::string untagged(const std::string& description, bool clean) {
  if (clean) {
    std::string_view rest = python_strip(description);
    const auto name = rest.empty() || rest.front() != '<' ? std::nullopt : name_at(rest, 0);
    if (name) rest.remove_prefix(name->end);
    if (name && rest.starts_with(':')) rest.remove_prefix(1);
    return std::string(python_strip(rest));
  }
  std::string result;
  bool first = true;
  for (std::size_t begin = 0; begin <= description.size();) {
    const std::size_t end = std::min(description.find(':', begin), description.size());
    const std::string_view piece = std::string_view(description).substr(begin, end - begin);
    begin = end + 1;
    if (piece.find('<') != std::string_view::npos && piece.find('>') != std::string_view::npos) continue;
    if (!first) result += ':';
    result += piece;
    first = false;
  }
  return result;
}

}  // namespace pixelsail::detail
