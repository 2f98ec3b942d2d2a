#include "io/python_strings.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "io/utf8.h"
#include "pixelsail/error.h"

namespace pixelsail::detail {
namespace {

constexpr char32_t kCapitalIWithDot = 0x130, kCombiningDotAbove = 0x307;
constexpr char32_t kCapitalSigma = 0x3A3, kSmallSigma = 0x3C3, kFinalSigma = 0x3C2;

void require_utf8(std::string_view text) {
  const std::size_t at = find_invalid_utf8(text);
  if (at == std::string_view::npos) return;
  throw DataError("the text is not valid UTF-8 at byte " + std::to_string(at));
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// Code point that begins at `at` of well-formed UTF-8; moves `at` behind it.
char32_t next_code_point(std::string_view text, std::size_t& at) {
  const auto byte = [&text](std::size_t i) -> char32_t { return static_cast<unsigned char>(text[i]); };
  const char32_t lead = byte(at++);
  if (lead < 0x80) return lead;
  const int more = lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
  char32_t code_point = lead & (0x3FU >> more);
  for (int i = 0; i < more; ++i) code_point = code_point << 6 | (byte(at++) & 0x3F);
  return code_point;
}

bool is_python_space(char32_t c) {
  return (c >= 0x9 && c <= 0xD) || (c >= 0x1C && c <= 0x20) || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
         c == 0x3000;
}

utf8proc_category_t category(char32_t c) {
  return utf8proc_category(static_cast<utf8proc_int32_t>(c));
}

/// The property Case_Ignorable: some categories, and the word-break classes MidLetter, MidNumLet and
/// Single_Quote.
bool is_case_ignorable(char32_t c) {
  static constexpr auto kBetweenLetters =
      std::to_array<char32_t>({0x27, 0x2E, 0x3A, 0xB7, 0x387, 0x55F, 0x5F4, 0x2018, 0x2019, 0x2024, 0x2027,
                               0xFE13, 0xFE52, 0xFE55, 0xFF07, 0xFF0E, 0xFF1A});
  switch (category(c)) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_SK:
      return true;
    default:
      return std::ranges::find(kBetweenLetters, c) != kBetweenLetters.end();
  }
}

/// The property Cased, for code points that are not case-ignorable (so Other_Lowercase among the modifier
/// letters plays no part).
bool is_cased(char32_t c) {
  switch (category(c)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
      return true;
    default:
      return c == 0xAA || c == 0xBA || (c >= 0x2160 && c <= 0x217F) || (c >= 0x24B6 && c <= 0x24E9) ||
             (c >= 0x1F130 && c <= 0x1F149) || (c >= 0x1F150 && c <= 0x1F169) ||
             (c >= 0x1F170 && c <= 0x1F189);
  }
}

/// Condition Final_Sigma (table 3-17 of the standard) for every code point: `cased_before` of one that has a
/// cased letter before it, `cased_after` of one that has it behind, case-ignorable ones between skipped. One
/// pass each way, so that a text of nothing but sigmas and dots costs no more than another.
bool has_final_sigma(bool cased_before, bool cased_after) {
  return cased_before && !cased_after;
}

std::vector<bool> cased_behind(std::u32string_view text) {
  std::vector<bool> behind(text.size());
  bool cased = false;
  for (std::size_t i = text.size(); i-- > 0;) {
    behind[i] = cased;
    if (!is_case_ignorable(text[i])) cased = is_cased(text[i]);
  }
  return behind;
}

}  // namespace

std::vector<std::string_view> python_split(std::string_view text) {
  require_utf8(text);
  std::vector<std::string_view> parts;
  std::size_t begin = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t here = at;
    if (!is_python_space(next_code_point(text, at))) continue;
    if (here > begin) parts.push_back(text.substr(begin, here - begin));
    begin = at;
  }
  if (text.size() > begin) parts.push_back(text.substr(begin));
  return parts;
}

std::string_view python_strip(std::string_view text) {
  require_utf8(text);
  std::size_t begin = text.size(), end = text.size();
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t here = at;
    if (is_python_space(next_code_point(text, at))) continue;
    if (begin == text.size()) begin = here;
    end = at;
  }
  return begin == text.size() ? std::string_view() : text.substr(begin, end - begin);
}

std::string python_lower(std::string_view text) {
  if (is_ascii(text)) {
    std::string lower(text);
    for (char& c : lower) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return lower;
  }
  const std::u32string points = decode_code_points(text);
  const bool has_sigma = points.find(kCapitalSigma) != std::u32string::npos;
  const std::vector<bool> behind = has_sigma ? cased_behind(points) : std::vector<bool>();
  bool cased_before = false;
  std::string lower;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const char32_t c = points[i];
    if (c == kCapitalIWithDot) {
      append_utf8(lower, 'i');
      append_utf8(lower, kCombiningDotAbove);
    } else if (c == kCapitalSigma) {
      append_utf8(lower, has_final_sigma(cased_before, behind[i]) ? kFinalSigma : kSmallSigma);
    } else {
      append_utf8(lower, static_cast<std::uint32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c))));
    }
    if (has_sigma && !is_case_ignorable(c)) cased_before = is_cased(c);
  }
  return lower;
}

std::u32string decode_code_points(std::string_view text) {
  require_utf8(text);
  std::u32string points;
  points.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) points.push_back(next_code_point(text, at));
  return points;
}

std::string encode_code_points(std::u32string_view code_points) {
  std::string text;
  for (const char32_t c : code_points) append_utf8(text, c);
  return text;
}

}  // namespace pixelsail::detail
