#include "metrics/python_text.h"

#include <utf8proc.h>

#include <algorithm>

namespace pixelsail {
namespace {

constexpr char32_t kNoCharacter = 0xFFFFFFFF;
constexpr char32_t kCapitalIWithDot = 0x130, kCombiningDotAbove = 0x307;
constexpr char32_t kCapitalSigma = 0x3A3, kSmallSigma = 0x3C3, kFinalSigma = 0x3C2;
/// A character of UTF-8 has at most as many bytes.
constexpr std::size_t kMostBytes = 4;

utf8proc_int32_t as_utf8proc(char32_t code) {
  return static_cast<utf8proc_int32_t>(code);
}

void append(std::string& text, char32_t code) {
  utf8proc_uint8_t bytes[kMostBytes] = {};
  const auto count = utf8proc_encode_char(as_utf8proc(code), bytes);
  for (utf8proc_ssize_t i = 0; i < count; ++i) text.push_back(static_cast<char>(bytes[i]));
}

/// Unicode's Case_Ignorable: marks, format characters, modifiers and the punctuation that stands in words.
bool is_case_ignorable(char32_t code) {
  switch (code) {
    case '\'':
    case '.':
    case ':':
    case 0xB7:
    case 0x387:
    case 0x55F:
    case 0x5F4:
    case 0x2018:
    case 0x2019:
    case 0x2024:
    case 0x2027:
    case 0xFE13:
    case 0xFE52:
    case 0xFE55:
    case 0xFF07:
    case 0xFF0E:
    case 0xFF1A:
      return true;
    default:
      break;
  }
  switch (utf8proc_category(as_utf8proc(code))) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_SK:
      return true;
    default:
      return false;
  }
}

bool is_cased(char32_t code) {
  switch (utf8proc_category(as_utf8proc(code))) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
      return true;
    default:
      // Letters such as the feminine ordinal are lower case without being of that category.
      return utf8proc_islower(as_utf8proc(code)) != 0 || utf8proc_isupper(as_utf8proc(code)) != 0;
  }
}

bool cased_behind(std::string_view text, std::size_t position) {
  while (position < text.size()) {
    const PythonCharacter character = character_at(text, position);
    position += character.bytes;
    if (character.code == kNoCharacter) return false;
    if (!is_case_ignorable(character.code)) return is_cased(character.code);
  }
  return false;
}

}  // namespace

PythonCharacter character_at(std::string_view text, std::size_t position) {
  const std::size_t size = std::min(text.size() - position, kMostBytes);
  utf8proc_int32_t code = 0;
  const auto bytes = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data() + position),
                                      static_cast<utf8proc_ssize_t>(size), &code);
  if (bytes <= 0) return {kNoCharacter, 1};
  return {static_cast<char32_t>(code), static_cast<std::size_t>(bytes)};
}

std::string python_lower(std::string_view text) {
  std::string lower;
  lower.reserve(text.size());
  // A sigma looks at the nearest characters before and behind it that are not marks or the like.
  bool cased = false;
  for (std::size_t i = 0; i < text.size();) {
    const PythonCharacter character = character_at(text, i);
    const std::size_t behind = i + character.bytes;
    if (character.code == kNoCharacter) {
      lower.push_back(text[i]);
    } else if (character.code == kCapitalIWithDot) {
      append(lower, 'i');
      append(lower, kCombiningDotAbove);
    } else if (character.code == kCapitalSigma) {
      append(lower, cased && !cased_behind(text, behind) ? kFinalSigma : kSmallSigma);
    } else {
      append(lower, static_cast<char32_t>(utf8proc_tolower(as_utf8proc(character.code))));
    }
    if (character.code == kNoCharacter) {
      cased = false;
    } else if (!is_case_ignorable(character.code)) {
      cased = is_cased(character.code);
    }
    i = behind;
  }
  return lower;
}

std::vector<std::string_view> python_split(std::string_view text) {
  std::vector<std::string_view> parts;
  std::size_t start = 0;
  for (std::size_t i = 0; i < text.size();) {
    const PythonCharacter character = character_at(text, i);
    if (is_python_space(character.code)) {
      if (i > start) parts.push_back(text.substr(start, i - start));
      start = i + character.bytes;
    }
    i += character.bytes;
  }
  if (text.size() > start) parts.push_back(text.substr(start));
  return parts;
}

std::size_t python_length(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++count) i += character_at(text, i).bytes;
  return count;
}

std::string_view python_prefix(std::string_view text, std::size_t count) {
  std::size_t end = 0;
  for (; count > 0 && end < text.size(); --count) end += character_at(text, end).bytes;
  return text.substr(0, end);
}

bool is_python_space(char32_t code) {
  if (code == ' ' || (code >= '\t' && code <= '\r') || (code >= 0x1C && code <= 0x1F) || code == 0x85)
    return true;
  if (code < 0xA0) return false;
  return code == 0xA0 || code == 0x1680 || (code >= 0x2000 && code <= 0x200A) || code == 0x2028 ||
         code == 0x2029 || code == 0x202F || code == 0x205F || code == 0x3000;
}

bool is_python_digit(char32_t code) {
  if (code < 0x80) return code >= '0' && code <= '9';
  return code != kNoCharacter && utf8proc_category(as_utf8proc(code)) == UTF8PROC_CATEGORY_ND;
}

}  // namespace pixelsail
