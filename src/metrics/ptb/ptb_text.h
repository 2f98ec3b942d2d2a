#pragma once

/// The text that the Penn-Treebank rules read, and the small matchers that they share.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "metrics/ptb/ptb_characters.h"

namespace pixelsail::detail::ptb {

/// Where a rule found a token. All are positions in the text; nothing was found when `reach` is 0.
struct Match {
  /// After all that was looked at, what must follow the token included: of several rules, the one that
  /// reaches furthest wins.
  std::size_t reach = 0;
  /// After the token.
  std::size_t end = 0;
};

/// A token without a condition on what follows; `end` 0: nothing found.
inline Match token_to(std::size_t end) {
  return {end, end};
}

/// What a rule found out about the stretch of text from `begin` to `end`. Rules that look far ahead keep it,
/// since tokens that begin later in the same stretch get the same answer: no text takes quadratic time.
struct Stretch {
  std::size_t begin = 0;
  std::size_t end = 0;
  /// The best find begins here, and serves tokens that begin before.
  std::size_t anchor = 0;
  Match found{};
  bool covers(std::size_t at) const { return at >= begin && at < end; }
};

/// UTF-16 text. Not to be read by two threads at once: it keeps what rules found.
class Text {
 public:
  explicit Text(std::u16string units) : units_(std::move(units)) {}

  std::size_t size() const { return units_.size(); }
  Unit operator[](std::size_t at) const { return at < units_.size() ? static_cast<Unit>(units_[at]) : kEnd; }
  std::u16string_view piece(std::size_t begin, std::size_t end) const {
    return std::u16string_view(units_).substr(begin, end - begin);
  }

  /// First `unit` at or after `at`; size() without one. Repeated calls from growing positions are cheap.
  std::size_t find(char16_t unit, std::size_t at, Stretch& memo) const;

  // One for each rule that looks far ahead.
  Stretch filename, hyphenated, web_address, web_domain, web_path, email, tag_close, tag_line, face_close;
  // What is known about the word at `begin`; `anchor` holds its kinds.
  Stretch abbreviation;
  /// Positions from which the rest of a tag is known to be malformed.
  std::unordered_set<std::size_t> broken_tags;

 private:
  std::u16string units_;
};

// The functions below return the position after what they look for at `at`, 0 when it is not there.

/// `lower`: ASCII in lower case, not empty; letters of the text match in any case (fold).
inline std::size_t literal(const Text& text, std::size_t at, std::string_view lower) {
  for (const char c : lower) {
    if (fold(text[at]) != static_cast<Unit>(c)) return 0;
    ++at;
  }
  return at;
}
/// The first of the words that is there.
std::size_t first_literal(const Text& text, std::size_t at, std::span<const std::string_view> words);
/// The straight and the curly apostrophe, U+0092 (Windows-1252), &apos;
std::size_t apostrophe(const Text& text, std::size_t at);
/// Besides those, marks that are taken for one inside a word: backtick, opening and reversed quotes.
std::size_t apostrophe_like(const Text& text, std::size_t at);
/// A letter of a word: letter, mark or entity of an accented vowel such as &eacute;
std::size_t word_letter(const Text& text, std::size_t at);
std::size_t word_letter_or_digit(const Text& text, std::size_t at);
std::size_t line_break(const Text& text, std::size_t at);
std::size_t blank_or_break(const Text& text, std::size_t at);
std::size_t skip_blanks_and_breaks(const Text& text, std::size_t at);
/// A character that goes on with a sentence: , ; : and U+3001.
bool is_inner_punctuation(Unit c);

/// A token that ends at `end` and takes the period that follows, where the sentence goes on after it.
Match with_inner_period(const Text& text, std::size_t end);

}  // namespace pixelsail::detail::ptb
