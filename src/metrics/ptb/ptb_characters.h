#pragma once

/// Character classes of the Penn-Treebank tokenizer. Its alphabet is UTF-16: characters above U+FFFF are two
/// units that belong to no class.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace pixelsail::detail::ptb {

/// A UTF-16 code unit, or kEnd.
using Unit = char32_t;
/// What follows the last unit of a text; in no class and equal to no unit.
inline constexpr Unit kEnd = 0x110000;
inline constexpr Unit kSoftHyphen = 0x00AD;
inline constexpr Unit kNoBreakSpace = 0x00A0;

/// Both ends belong to the range.
struct UnitRange {
  char16_t first;
  char16_t last;
};

/// Letters of the Basic Multilingual Plane (general category L) as of Unicode 6.1; younger ones are unknown
/// to the reference.
std::span<const UnitRange> letter_ranges();

bool is_letter(Unit c);
bool is_digit(Unit c);
/// Not letters of Unicode, but parts of words: vowel signs, combining accents, U+00AD.
bool is_word_mark(Unit c);
/// Stands alone as a token of its own.
bool is_symbol(Unit c);
/// Java's Character.isUpperCase.
bool is_upper(Unit c);

inline bool is_ascii_lower(Unit c) {
  return c >= 'a' && c <= 'z';
}
inline bool is_ascii_upper(Unit c) {
  return c >= 'A' && c <= 'Z';
}
inline bool is_ascii_letter(Unit c) {
  return is_ascii_lower(c) || is_ascii_upper(c);
}
inline bool is_ascii_digit(Unit c) {
  return c >= '0' && c <= '9';
}
inline bool is_ascii_alphanumeric(Unit c) {
  return is_ascii_letter(c) || is_ascii_digit(c);
}

/// A set of ASCII characters.
class AsciiSet {
 public:
  consteval explicit AsciiSet(std::string_view characters) {
    for (const char c : characters) {
      const auto bit = static_cast<std::uint64_t>(1) << (static_cast<unsigned char>(c) & 63);
      (static_cast<unsigned char>(c) < 64 ? low_ : high_) |= bit;
    }
  }
  constexpr bool has(Unit c) const { return c < 128 && ((c < 64 ? low_ : high_) >> (c & 63) & 1) != 0; }

 private:
  std::uint64_t low_ = 0;
  std::uint64_t high_ = 0;
};

/// Blanks within a line.
inline bool is_blank(Unit c) {
  return c == ' ' || c == '\t' || c == kNoBreakSpace || (c >= 0x2000 && c <= 0x200A) || c == 0x3000;
}

/// Lower case for words that are known by their letters: besides ASCII, U+017F is an s, U+212A a k, and the
/// dotless and the dotted i are an i.
inline Unit fold(Unit c) {
  if (is_ascii_upper(c)) return c + ('a' - 'A');
  if (c < 0x80) return c;
  if (c == 0x017F) return 's';
  if (c == 0x212A) return 'k';
  return c == 0x0130 || c == 0x0131 ? static_cast<Unit>('i') : c;
}

}  // namespace pixelsail::detail::ptb
