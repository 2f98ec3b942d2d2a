// Contractions, and words that have an apostrophe and stay whole.

#include "metrics/ptb/ptb_rules.h"

namespace pixelsail::detail::ptb {
namespace {

std::size_t letters_end(const Text& text, std::size_t at) {
  while (is_letter(text[at])) ++at;
  return at;
}

// Words with a typewriter apostrophe only.
constexpr std::string_view kPlainWords[] = {"cont'd",  "'twas", "nor'easter", "c'mon", "e'er",
                                            "s'mores", "ev'ry", "li'l",       "nat'l"};
// Words that end in any apostrophe.
constexpr std::string_view kShortened[] = {"dunkin", "somethin", "ol"};
constexpr std::string_view kLongEndings[] = {"re", "ve", "ll"};
// Words that begin with any apostrophe.
constexpr std::string_view kHeadless[] = {"em", "til", "till", "cause"};

std::size_t longer(std::size_t a, std::size_t b) {
  return a > b ? a : b;
}

std::size_t after_leading_apostrophe(const Text& text, std::size_t at) {
  std::size_t best = 0;
  if (const Unit c = text[at]; c == 'n' || c == 'N') best = longer(at + 1, apostrophe(text, at + 1));
  for (const std::string_view rest : kHeadless) best = longer(best, literal(text, at, rest));
  // Decades.
  if (text[at] >= '2' && text[at] <= '9' && text[at + 1] == '0' && fold(text[at + 2]) == 's') {
    best = longer(best, at + 3);
  }
  return best;
}

// B'Gosh, O'Reilly: one capital (not the I of I'll, nor Y) or n.
std::size_t capital_prefix(const Text& text, std::size_t at) {
  const Unit c = text[at];
  if (c != 'n' && !(is_ascii_upper(c) && c != 'I' && c != 'Y')) return 0;
  const std::size_t begin = apostrophe_like(text, at + 1);
  if (begin == 0) return 0;
  const std::size_t end = letters_end(text, begin);
  return end >= begin + 2 ? end : 0;
}

// Qur'an, Shi'ite: after a vowel, before a vowel or a capital.
std::size_t inside_name(const Text& text, std::size_t at) {
  const std::size_t end = letters_end(text, at);
  if (end < at + 2 || !AsciiSet("aeiouyAEIOUY").has(text[end - 1])) return 0;
  const std::size_t begin = apostrophe_like(text, end);
  if (begin == 0) return 0;
  const Unit next = text[begin];
  return is_ascii_upper(next) || AsciiSet("aeiou").has(next) ? letters_end(text, begin + 1) : 0;
}

std::size_t with_known_apostrophe(const Text& text, std::size_t at) {
  std::size_t best = 0;
  if (AsciiSet("lLdDjJ").has(text[at])) best = apostrophe(text, at + 1);
  for (const std::string_view word : kShortened) {
    if (const std::size_t end = literal(text, at, word)) best = longer(best, apostrophe(text, end));
  }
  if (fold(text[at]) == 'o') {
    const std::size_t begin = apostrophe_like(text, at + 1);
    if (begin != 0 && fold(text[begin]) == 'o') best = longer(best, begin + 1);
  }
  for (const std::string_view word : kPlainWords) {
    const std::size_t end = literal(text, at, word);
    if (end == 0) continue;
    best = longer(best, word == "cont'd" && text[end] == '.' ? end + 1 : end);
  }
  return best;
}

// A rule's token when something that is not an ASCII letter follows.
Match before_other(const Text& text, const Match& match) {
  const Unit next = text[match.end];
  if (match.reach == 0 || next == kEnd || is_ascii_letter(next)) return {};
  return {match.end + 1, match.end};
}

}  // namespace

Match word_with_apostrophe(Text& text, std::size_t at) {
  std::size_t best = with_known_apostrophe(text, at);
  if (const std::size_t begin = apostrophe(text, at))
    best = longer(best, after_leading_apostrophe(text, begin));
  if (is_letter(text[at])) best = longer(best, longer(capital_prefix(text, at), inside_name(text, at)));
  return token_to(best);
}

Match y_before_word(Text& text, std::size_t at) {
  if (fold(text[at]) != 'y') return {};
  const std::size_t end = apostrophe(text, at + 1);
  return end != 0 && is_letter(text[end]) ? Match{end + 1, end} : Match{};
}

Match ending(Text& text, std::size_t at) {
  const std::size_t begin = apostrophe(text, at);
  if (begin == 0) return {};
  if (const std::size_t end = first_literal(text, begin, kLongEndings)) return token_to(end);
  return AsciiSet("msdMSD").has(text[begin]) ? token_to(begin + 1) : Match{};
}

Match short_not(Text& text, std::size_t at) {
  if (fold(text[at]) != 'n') return {};
  const std::size_t begin = apostrophe_like(text, at + 1);
  return begin != 0 && fold(text[begin]) == 't' ? token_to(begin + 1) : Match{};
}

Match ending_before_other(Text& text, std::size_t at) {
  return before_other(text, ending(text, at));
}
Match not_before_other(Text& text, std::size_t at) {
  return before_other(text, short_not(text, at));
}

Match short_year(Text& text, std::size_t at) {
  const std::size_t begin = apostrophe(text, at);
  if (begin == 0 || !is_ascii_digit(text[begin]) || !is_ascii_digit(text[begin + 1])) return {};
  const std::size_t after = blank_or_break(text, begin + 2);
  return after == 0 ? Match{} : Match{after, begin + 2};
}

}  // namespace pixelsail::detail::ptb
