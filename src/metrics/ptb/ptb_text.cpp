#include "metrics/ptb/ptb_text.h"

namespace pixelsail::detail::ptb {
namespace {

constexpr std::string_view kAccents[] = {"acute;", "grave;", "uml;"};

}  // namespace

std::size_t Text::find(char16_t unit, std::size_t at, Stretch& memo) const {
  if (at >= memo.begin && at <= memo.end && memo.end != 0) return memo.end;
  const std::size_t found = units_.find(unit, at);
  memo.begin = at;
  memo.end = found == std::u16string::npos ? units_.size() : found;
  return memo.end;
}

std::size_t first_literal(const Text& text, std::size_t at, std::span<const std::string_view> words) {
  const Unit first = fold(text[at]);
  for (const std::string_view word : words) {
    if (first != static_cast<Unit>(word.front())) continue;
    if (const std::size_t end = literal(text, at, word)) return end;
  }
  return 0;
}

std::size_t apostrophe(const Text& text, std::size_t at) {
  const Unit c = text[at];
  if (c == '\'' || c == 0x0092 || c == 0x2019) return at + 1;
  return c == '&' ? literal(text, at, "&apos;") : 0;
}

std::size_t apostrophe_like(const Text& text, std::size_t at) {
  const Unit c = text[at];
  if (c == '`' || c == 0x0091 || c == 0x2018 || c == 0x201B) return at + 1;
  return apostrophe(text, at);
}

std::size_t word_letter(const Text& text, std::size_t at) {
  const Unit c = text[at];
  if (is_letter(c) || is_word_mark(c)) return at + 1;
  if (c != '&') return 0;
  // In any case, but not with the foreign letters that fold knows.
  const Unit vowel = text[at + 1];
  const Unit lower = is_ascii_upper(vowel) ? fold(vowel) : vowel;
  if (lower != 'a' && lower != 'e' && lower != 'i' && lower != 'o' && lower != 'u') return 0;
  return first_literal(text, at + 2, kAccents);
}

std::size_t word_letter_or_digit(const Text& text, std::size_t at) {
  return is_digit(text[at]) ? at + 1 : word_letter(text, at);
}

std::size_t line_break(const Text& text, std::size_t at) {
  const Unit c = text[at];
  if (c == '\r') return text[at + 1] == '\n' ? at + 2 : at + 1;
  return (c >= '\n' && c <= '\f') || c == 0x0085 || c == 0x2028 || c == 0x2029 ? at + 1 : 0;
}

std::size_t blank_or_break(const Text& text, std::size_t at) {
  return is_blank(text[at]) ? at + 1 : line_break(text, at);
}

std::size_t skip_blanks_and_breaks(const Text& text, std::size_t at) {
  while (const std::size_t next = blank_or_break(text, at)) at = next;
  return at;
}

bool is_inner_punctuation(Unit c) {
  return c == ',' || c == ';' || c == ':' || c == 0x3001;
}

Match with_inner_period(const Text& text, std::size_t end) {
  if (end == 0 || text[end] != '.' || !is_inner_punctuation(text[end + 1])) return {};
  return {end + 2, end + 1};
}

}  // namespace pixelsail::detail::ptb
