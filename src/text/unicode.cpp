#include "text/unicode.h"

#include <utf8proc.h>

#include <string>

#include "io/utf8.h"
#include "pixelsail/error.h"

namespace pixelsail::detail {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

struct Decoded {
  char32_t code_point = 0;
  std::size_t length = 0;  // bytes of the code point, or of the maximal ill-formed part
  bool valid = false;
};

// Table 3-7 of the Unicode standard: the second byte is what tells overlong forms and surrogates apart.
Decoded decode_one(std::string_view text, std::size_t offset) {
  const auto byte = [&](std::size_t i) -> unsigned { return static_cast<unsigned char>(text[offset + i]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return {lead, 1, true};
  if (lead < 0xC2 || lead > 0xF4) return {0, 1, false};
  const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  unsigned low = 0x80, high = 0xBF;
  if (lead == 0xE0) low = 0xA0;
  if (lead == 0xED) high = 0x9F;
  if (lead == 0xF0) low = 0x90;
  if (lead == 0xF4) high = 0x8F;
  char32_t code_point = lead & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if (offset + i >= text.size() || byte(i) < low || byte(i) > high) return {0, i, false};
    code_point = (code_point << 6) | (byte(i) & 0x3F);
    low = 0x80;
    high = 0xBF;
  }
  return {code_point, length, true};
}

[[noreturn]] void throw_invalid(std::size_t offset) {
  throw DataError("the text is not valid UTF-8 at byte " + std::to_string(offset));
}

Decoded require_one(std::string_view text, std::size_t offset) {
  const Decoded one = decode_one(text, offset);
  if (!one.valid) throw_invalid(offset);
  return one;
}

utf8proc_category_t category(char32_t c) {
  return utf8proc_category(static_cast<utf8proc_int32_t>(c));
}

}  // namespace

std::u32string decode_utf8(std::string_view text) {
  std::u32string code_points;
  code_points.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const Decoded one = require_one(text, i);
    code_points.push_back(one.code_point);
    i += one.length;
  }
  return code_points;
}

void require_utf8(std::string_view text) {
  if (const std::size_t at = find_invalid_utf8(text); at != std::string_view::npos) throw_invalid(at);
}

char32_t code_point_at(std::string_view text, std::size_t offset, std::size_t& length) {
  const Decoded one = require_one(text, offset);
  length = one.length;
  return one.code_point;
}

std::size_t previous_code_point(std::string_view text, std::size_t offset) {
  do {
    --offset;
  } while (offset > 0 && (static_cast<unsigned char>(text[offset]) & 0xC0) == 0x80);
  return offset;
}

std::string replace_invalid_utf8(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  for (std::size_t i = 0; i < bytes.size();) {
    const Decoded one = decode_one(bytes, i);
    if (one.valid) {
      out.append(bytes.substr(i, one.length));
    } else {
      append_utf8(out, kReplacement);
    }
    i += one.length;
  }
  return out;
}

bool is_letter(char32_t c) {
  if (c < 0x80) return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  const auto kind = category(c);
  return kind >= UTF8PROC_CATEGORY_LU && kind <= UTF8PROC_CATEGORY_LO;
}

bool is_number(char32_t c) {
  if (c < 0x80) return c >= '0' && c <= '9';
  const auto kind = category(c);
  return kind >= UTF8PROC_CATEGORY_ND && kind <= UTF8PROC_CATEGORY_NO;
}

bool is_space(char32_t c) {
  return (c >= 0x9 && c <= 0xD) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
         c == 0x3000;
}

bool is_word(char32_t c) {
  const auto kind = category(c);
  const bool circled_letter = (c >= 0x24B6 && c <= 0x24E9) || (c >= 0x1F130 && c <= 0x1F149) ||
                              (c >= 0x1F150 && c <= 0x1F169) || (c >= 0x1F170 && c <= 0x1F189);
  return (kind >= UTF8PROC_CATEGORY_LU && kind <= UTF8PROC_CATEGORY_NL) || kind == UTF8PROC_CATEGORY_PC ||
         circled_letter || c == 0x200C || c == 0x200D;
}

}  // namespace pixelsail::detail
