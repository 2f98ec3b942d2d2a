#include "metrics/ptb/ptb_unicode.h"

#include <utf8proc.h>

#include <cstddef>

#include "io/utf8.h"
#include "metrics/ptb/ptb_characters.h"

namespace pixelsail::detail::ptb {
namespace {

constexpr char32_t kReplacement = 0xFFFD;
constexpr char32_t kFirstSurrogate = 0xD800, kFirstLowSurrogate = 0xDC00, kAfterSurrogates = 0xE000;
constexpr char32_t kFirstSupplementary = 0x10000;

// Length of a sequence by its first byte; 0: none begins so.
std::size_t sequence_length(unsigned lead) {
  if (lead < 0x80) return 1;
  if (lead < 0xC2 || lead > 0xF4) return 0;
  return lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

// The code point at `at`, which moves behind it or behind the ill-formed part.
char32_t next_code_point(std::string_view bytes, std::size_t& at) {
  const auto byte = [&bytes](std::size_t i) {
    return i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0u;
  };
  const unsigned lead = byte(at++);
  const std::size_t length = sequence_length(lead);
  if (length == 0) return kReplacement;
  if (length == 1) return lead;
  char32_t c = lead & (0xFFu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    const unsigned next = byte(at);
    // Overlong forms and values above U+10FFFF show in the second byte.
    const bool overlong = i == 1 && ((lead == 0xE0 && next < 0xA0) || (lead == 0xF0 && next < 0x90));
    const bool too_large = i == 1 && lead == 0xF4 && next > 0x8F;
    if ((next & 0xC0) != 0x80 || overlong || too_large) return kReplacement;
    c = c << 6 | (next & 0x3F);
    ++at;
  }
  return c >= kFirstSurrogate && c < kAfterSurrogates ? kReplacement : c;
}

bool is_low_surrogate(char32_t c) {
  return c >= kFirstLowSurrogate && c < kAfterSurrogates;
}

bool is_cased(char32_t c) {
  const utf8proc_category_t category = utf8proc_category(static_cast<utf8proc_int32_t>(c));
  return category == UTF8PROC_CATEGORY_LU || category == UTF8PROC_CATEGORY_LL ||
         category == UTF8PROC_CATEGORY_LT;
}

// Whether a letter that has case is before the unit at `at` in its word, and none after it.
bool ends_word(std::u16string_view units, std::size_t at) {
  const auto in_word = [&units](std::size_t i) {
    return is_letter(units[i]) || is_word_mark(units[i]) || is_digit(units[i]);
  };
  std::size_t before = at;
  while (before > 0 && in_word(before - 1) && !is_cased(units[before - 1])) --before;
  if (before == 0 || !is_cased(units[before - 1])) return false;
  std::size_t after = at + 1;
  while (after < units.size() && in_word(after) && !is_cased(units[after])) ++after;
  return after == units.size() || !is_cased(units[after]);
}

constexpr char32_t kCapitalSigma = 0x03A3, kFinalSigma = 0x03C2, kDottedCapitalI = 0x0130, kDotAbove = 0x0307;

}  // namespace

std::u16string to_utf16(std::string_view bytes) {
  std::u16string units;
  units.reserve(bytes.size() + 1);
  for (std::size_t at = 0; at < bytes.size();) {
    const char32_t c = next_code_point(bytes, at);
    if (c < kFirstSupplementary) {
      units += static_cast<char16_t>(c);
    } else {
      const char32_t offset = c - kFirstSupplementary;
      units += static_cast<char16_t>(kFirstSurrogate + (offset >> 10));
      units += static_cast<char16_t>(kFirstLowSurrogate + (offset & 0x3FF));
    }
  }
  return units;
}

std::string to_lower_utf8(std::u16string_view units) {
  std::string text;
  text.reserve(units.size());
  for (std::size_t i = 0; i < units.size(); ++i) {
    char32_t c = units[i];
    if (c < 0x80) {
      text += static_cast<char>(is_ascii_upper(c) ? fold(c) : c);
      continue;
    }
    if (c >= kFirstSurrogate && c < kAfterSurrogates) {
      if (is_low_surrogate(c) || i + 1 == units.size() || !is_low_surrogate(units[i + 1])) {
        text += '?';
        continue;
      }
      c = kFirstSupplementary + ((c - kFirstSurrogate) << 10) + (units[++i] - kFirstLowSurrogate);
    }
    if (c == kDottedCapitalI) {
      text += 'i';
      append_utf8(text, kDotAbove);
    } else if (c == kCapitalSigma && ends_word(units, i)) {
      append_utf8(text, kFinalSigma);
    } else {
      append_utf8(text, static_cast<std::uint32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c))));
    }
  }
  return text;
}

bool is_python_space(char32_t c) {
  return (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x20) || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
         c == 0x3000;
}

}  // namespace pixelsail::detail::ptb
