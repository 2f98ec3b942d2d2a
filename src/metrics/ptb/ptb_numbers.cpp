// Numbers, dates, fractions, telephone numbers and sums of money.

#include <algorithm>

#include "metrics/ptb/ptb_rules.h"

namespace pixelsail::detail::ptb {
namespace {

// End of at most `most` digits.
std::size_t digits_end(const Text& text, std::size_t at, std::size_t most) {
  const std::size_t begin = at;
  while (at < begin + most && is_digit(text[at])) ++at;
  return at;
}

std::size_t ascii_digits(const Text& text, std::size_t at, std::size_t most) {
  std::size_t count = 0;
  while (count < most && is_ascii_digit(text[at + count])) ++count;
  return count;
}

bool between_digits(Unit c) {
  return c == '.' || c == ':' || c == ',' || c == kSoftHyphen || c == 0x066B || c == 0x066C;
}

bool in_phone(Unit c) {
  return c == '-' || c == ' ' || c == kNoBreakSpace;
}

// A fraction's slash, U+2044 included.
std::size_t fraction_slash(const Text& text, std::size_t at) {
  if (text[at] == '/' || text[at] == 0x2044) return at + 1;
  return text[at] == '\\' && text[at + 1] == '/' ? at + 2 : 0;
}

// The local part of a telephone number: 3 or 4 digits, then 3 to 5, a separator between them or not.
std::size_t local_number(const Text& text, std::size_t at) {
  std::size_t best = 0;
  for (const std::size_t head : {std::size_t{3}, std::size_t{4}}) {
    if (ascii_digits(text, at, head) < head) break;
    const std::size_t middle = at + head;
    const std::size_t begin = in_phone(text[middle]) ? middle + 1 : middle;
    const std::size_t tail = ascii_digits(text, begin, 5);
    if (tail >= 3) best = std::max(best, begin + tail);
  }
  return best;
}

// Two to four digits and a separator.
std::size_t dialing_code(const Text& text, std::size_t at) {
  const std::size_t count = ascii_digits(text, at, 4);
  return count >= 2 && in_phone(text[at + count]) ? at + count + 1 : 0;
}

std::size_t phone_after_codes(const Text& text, std::size_t at) {
  const std::size_t first = dialing_code(text, at);
  if (first == 0) return 0;
  const std::size_t second = dialing_code(text, first);
  return std::max(local_number(text, first), second == 0 ? 0 : local_number(text, second));
}

// Two to four digits, three or four, three to five, with periods between.
std::size_t dotted_phone(const Text& text, std::size_t at) {
  const std::size_t first = ascii_digits(text, at, 4);
  if (first < 2 || text[at + first] != '.') return 0;
  const std::size_t second = ascii_digits(text, at + first + 1, 4);
  const std::size_t last = at + first + 1 + second + 1;
  if (second < 3 || text[last - 1] != '.') return 0;
  const std::size_t tail = ascii_digits(text, last, 5);
  return tail >= 3 ? last + tail : 0;
}

std::size_t dotted_phone_after_code(const Text& text, std::size_t at) {
  const std::size_t count = ascii_digits(text, at, 4);
  return count >= 2 && text[at + count] == '.' ? dotted_phone(text, at + count + 1) : 0;
}

std::size_t area_in_brackets(const Text& text, std::size_t at) {
  const std::size_t count = ascii_digits(text, at + 1, 3);
  if (count < 2 || text[at + 1 + count] != ')') return 0;
  const std::size_t begin = at + count + 2;
  const bool blank = text[begin] == ' ' || text[begin] == kNoBreakSpace;
  return local_number(text, blank ? begin + 1 : begin);
}

}  // namespace

// One or two digits, one or two, two to four.
Match date(Text& text, std::size_t at) {
  std::size_t end = digits_end(text, at, 2);
  for (int part = 0; part < 2; ++part) {
    if (end == at || (text[end] != '-' && text[end] != '/')) return {};
    at = end + 1;
    end = digits_end(text, at, part == 0 ? 2 : 4);
  }
  return end >= at + 2 ? token_to(end) : Match{};
}

Match number(Text& text, std::size_t at) {
  if (text[at] == '-' || text[at] == '+') ++at;
  std::size_t end = at;
  while (is_digit(text[end])) ++end;
  while (between_digits(text[end]) && is_digit(text[end + 1])) {
    ++end;
    while (is_digit(text[end])) ++end;
  }
  return end == at ? Match{} : token_to(end);
}

// Superscripts or subscripts, with a sign of either kind.
Match raised_number(Text& text, std::size_t at) {
  const auto raised = [](Unit c) {
    return c == 0x2070 || c == 0x00B9 || c == 0x00B2 || c == 0x00B3 || (c >= 0x2074 && c <= 0x2079);
  };
  const auto lowered = [](Unit c) { return c >= 0x2080 && c <= 0x2089; };
  const Unit sign = text[at];
  if (sign == 0x207A || sign == 0x207B || sign == 0x208A || sign == 0x208B) ++at;
  std::size_t end = at;
  if (raised(text[at])) {
    while (raised(text[end])) ++end;
  } else {
    while (lowered(text[end])) ++end;
  }
  return end == at ? Match{} : token_to(end);
}

// 1/2, 3 1/2, 3-1/2: parts of at most four digits.
Match fraction(Text& text, std::size_t at) {
  constexpr std::size_t kMost = 4;
  std::size_t end = digits_end(text, at, kMost);
  if (end == at) return {};
  if (in_phone(text[end])) {
    at = end + 1;
    end = digits_end(text, at, kMost);
    if (end == at) return {};
  }
  const std::size_t begin = fraction_slash(text, end);
  if (begin == 0) return {};
  end = digits_end(text, begin, kMost);
  return end == begin ? Match{} : token_to(end);
}

Match fraction_character(Text& text, std::size_t at) {
  const Unit c = text[at];
  return (c >= 0x00BC && c <= 0x00BE) || (c >= 0x2153 && c <= 0x215E) ? token_to(at + 1) : Match{};
}

Match phone_number(Text& text, std::size_t at) {
  if (text[at] == '(') return token_to(area_in_brackets(text, at));
  std::size_t digits = at;
  while (digits < at + 2 && text[digits] == '+') ++digits;
  std::size_t best = std::max(phone_after_codes(text, digits), dotted_phone_after_code(text, digits));
  if (digits == at) best = std::max(best, dotted_phone(text, at));
  return token_to(best);
}

// US$, $ and #.
Match dollars(Text& text, std::size_t at) {
  if (text[at] == '#') return token_to(at + 1);
  while (is_ascii_upper(text[at])) ++at;
  return text[at] == '$' ? token_to(at + 1) : Match{};
}

Match currency(Text& text, std::size_t at) {
  constexpr std::u32string_view kSigns =
      U"\u00A2\u00A3\u00A4\u00A5\u20A0\u20AC\u060B\u0E3F\u20A4\uFFE0\uFFE1\uFFE5\uFFE6";
  constexpr Unit kWindowsEuro = 0x0080;
  const Unit c = text[at];
  return c == kWindowsEuro || kSigns.find(c) != std::u32string_view::npos ? token_to(at + 1) : Match{};
}

}  // namespace pixelsail::detail::ptb
