#include "metrics/meteor/meteor_normalizer.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "io/utf8.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

using Text = std::u32string;

/// What METEOR takes for letters: Latin and Cyrillic blocks, phonetic extensions.
constexpr std::array<std::pair<char32_t, char32_t>, 9> kLetters{{{'A', 'Z'},
                                                                 {'a', 'z'},
                                                                 {0xC0, 0xD6},
                                                                 {0xD8, 0xF6},
                                                                 {0xF8, 0x17E},
                                                                 {0x400, 0x527},
                                                                 {0xA640, 0xA66E},
                                                                 {0xA67E, 0xA697},
                                                                 {0x1D00, 0x1D7F}}};
constexpr char32_t kEnDash = 0x2013, kLeftQuote = 0x2018, kRightQuote = 0x2019;
constexpr char32_t kLeftDoubleQuote = 0x201C, kRightDoubleQuote = 0x201D;

bool is_letter(char32_t c) {
  return c == 0x178 || std::ranges::any_of(kLetters, [c](const auto& range) {
           return c >= range.first && c <= range.second;
         });
}
bool is_not_letter(char32_t c) {
  return !is_letter(c);
}
bool is_digit(char32_t c) {
  return c >= '0' && c <= '9';
}
bool is_not_digit(char32_t c) {
  return !is_digit(c);
}
bool is_letter_or_digit(char32_t c) {
  return is_letter(c) || is_digit(c);
}
bool is_blank(char32_t c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}
/// A vertical tab is blank but does not end a word.
bool ends_word(char32_t c) {
  return is_blank(c) && c != '\v';
}

/// Spaces that METEOR drops though they do not end a word.
bool is_wide_space(char32_t c) {
  return c == 0xA0 || (c >= 0x2000 && c <= 0x200A) || c == 0x202F || c == 0x205F || c == 0x3000;
}

/// Characters that words and numbers may hold: symbols are all others.
bool is_symbol(char32_t c) {
  constexpr std::u32string_view kKept = U".'`,-";
  return !is_letter_or_digit(c) && !is_blank(c) && kKept.find(c) == kKept.npos && c != kLeftQuote &&
         c != kRightQuote;
}

Text decode(std::string_view line) {
  if (const std::size_t bad = detail::find_invalid_utf8(line); bad != line.npos) {
    throw DataError("the caption is not valid UTF-8 at byte " + std::to_string(bad));
  }
  Text text;
  text.reserve(line.size());
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(line.data());
  for (std::size_t i = 0; i < line.size();) {
    utf8proc_int32_t c = 0;
    i += static_cast<std::size_t>(
        utf8proc_iterate(bytes + i, static_cast<utf8proc_ssize_t>(line.size() - i), &c));
    text.push_back(static_cast<char32_t>(c));
  }
  return text;
}

std::string encode_lower_case(const Text& text) {
  constexpr char32_t kDottedI = 0x130, kDotAbove = 0x307;
  std::string line;
  line.reserve(text.size());
  for (const char32_t c : text) {
    if (c == kDottedI) {  // the one character whose lower case has two
      line += 'i';
      detail::append_utf8(line, kDotAbove);
    } else {
      detail::append_utf8(line,
                          static_cast<std::uint32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c))));
    }
  }
  return line;
}

/// Puts blanks around symbols and around every run of two or more dots.
Text isolate_symbols(const Text& text) {
  Text out;
  out.reserve(text.size() + text.size() / 4);
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i + 1;
    if (text[i] == '.') end = std::min(text.find_first_not_of('.', i), text.size());
    const bool alone = is_symbol(text[i]) || end - i > 1;
    if (alone) out += ' ';
    out.append(text, i, end - i);
    if (alone) out += ' ';
    i = end;
  }
  return out;
}

/// Replaces `mark` by `replacement` wherever it stands between two characters that fit. Goes on behind the
/// right one, which therefore is not the left one of the next mark.
template <class Left, class Right>
void replace_between(Text& text, Left left, char32_t mark, Right right, std::u32string_view replacement) {
  if (text.find(mark) == text.npos) return;
  Text out;
  out.reserve(text.size() + text.size() / 4);
  std::size_t i = 0;
  while (i < text.size()) {
    if (i + 2 < text.size() && text[i + 1] == mark && left(text[i]) && right(text[i + 2])) {
      out += text[i];
      out += replacement;
      out += text[i + 2];
      i += 3;
    } else {
      out += text[i++];
    }
  }
  text = std::move(out);
}

/// Single quotes become ', double ones and pairs of single ones " with blanks; an en dash and a pair of
/// dashes become one dash.
Text unify_quotes_and_dashes(Text text) {
  std::ranges::replace_if(
      text, [](char32_t c) { return c == '`' || c == kLeftQuote || c == kRightQuote; }, U'\'');
  std::ranges::replace(text, kEnDash, U'-');
  Text out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool doubled = i + 1 < text.size() && text[i + 1] == text[i];
    if (text[i] == kLeftDoubleQuote || text[i] == kRightDoubleQuote || (text[i] == '\'' && doubled)) {
      if (text[i] == '\'') ++i;
      out += U" \" ";
    } else {
      out += text[i];
      if (text[i] == '-' && doubled) ++i;
    }
  }
  return out;
}

void split_contractions(Text& text) {
  const auto is_neither = [](char32_t c) { return !is_letter_or_digit(c); };
  const auto is_s = [](char32_t c) { return c == 's'; };
  replace_between(text, is_not_letter, '\'', is_not_letter, U" ' ");
  replace_between(text, is_neither, '\'', is_letter, U" ' ");
  replace_between(text, is_letter, '\'', is_not_letter, U" ' ");
  replace_between(text, is_letter, '\'', is_letter, U" '");
  replace_between(text, is_digit, '\'', is_s, U" '");
}

std::vector<Text> split(const Text& text) {
  std::vector<Text> words;
  for (std::size_t i = 0; i < text.size();) {
    const auto begin = std::find_if_not(text.begin() + static_cast<std::ptrdiff_t>(i), text.end(), ends_word);
    const auto end = std::find_if(begin, text.end(), ends_word);
    if (begin != end) words.emplace_back(begin, end);
    i = static_cast<std::size_t>(end - text.begin());
  }
  return words;
}

/// Appends a word that ends with a dot: without its dots (u.s.), as it is (an abbreviation, or the sentence
/// goes on in lower case), or with the dot as a word of its own. `next` is the word behind it or empty.
void append_dotted(Text& line, const Text& word, const Text& next, const MeteorAbbreviations& abbreviations) {
  const Text stem = word.substr(0, word.size() - 1);
  if (stem.find('.') != stem.npos && std::ranges::any_of(stem, is_letter)) {
    std::ranges::copy_if(word, std::back_inserter(line), [](char32_t c) { return c != '.'; });
    return;
  }
  std::string name;
  for (const char32_t c : stem) detail::append_utf8(name, c);
  const auto found = abbreviations.find(name);
  const bool known = found != abbreviations.end();
  const char32_t first = next.empty() ? U' ' : next.front();
  const bool keeps_dot = (known && found->second == KeepsDot::kAlways) || (first >= 'a' && first <= 'z') ||
                         (known && found->second == KeepsDot::kBeforeNumber && is_digit(first));
  line += keeps_dot ? word : stem + U" .";
}

}  // namespace

std::string normalize_meteor_line(std::string_view line, const MeteorAbbreviations& abbreviations) {
  Text text = isolate_symbols(U' ' + decode(line) + U' ');
  replace_between(text, is_not_digit, ',', is_not_digit, U" , ");
  replace_between(text, is_digit, ',', is_not_digit, U" , ");
  replace_between(text, is_not_digit, ',', is_digit, U" , ");
  text = unify_quotes_and_dashes(std::move(text));
  replace_between(
      text, [](char32_t c) { return c == '.' || is_letter_or_digit(c); }, '-', is_letter_or_digit, U" ");
  split_contractions(text);

  const std::vector<Text> words = split(text);
  Text joined;
  joined.reserve(text.size());
  for (std::size_t i = 0; i < words.size(); ++i) {
    const Text& word = words[i];
    if (word.size() == 1 && is_wide_space(word.front())) continue;
    const bool is_dotted = word.size() > 1 && word.back() == '.' && word.find_first_not_of('.') != word.npos;
    if (is_dotted) {
      append_dotted(joined, word, i + 1 < words.size() ? words[i + 1] : Text(), abbreviations);
    } else {
      joined += word;
    }
    joined += ' ';
  }
  const auto is_visible = [](char32_t c) { return c > ' '; };
  const auto begin = std::ranges::find_if(joined, is_visible);
  const auto end = std::find_if(joined.rbegin(), std::make_reverse_iterator(begin), is_visible).base();
  return encode_lower_case(Text(begin, end));
}

}  // namespace pixelsail
