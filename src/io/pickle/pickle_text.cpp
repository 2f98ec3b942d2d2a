#include "io/pickle/pickle_text.h"

#include <charconv>

#include "io/utf8.h"

namespace pixelsail::detail {
namespace {

/// Value of `digits` hexadecimal digits at `position`, which moves behind them.
bool read_hex(std::string_view text, std::size_t& position, std::size_t digits, std::uint32_t& value) {
  if (text.size() - position < digits) return false;
  const char* begin = text.data() + position;
  const auto [end, error] = std::from_chars(begin, begin + digits, value, 16);
  position += digits;
  return error == std::errc() && end == begin + digits;
}

char simple_escape(char c) {
  constexpr std::string_view kFrom = "\\'\"abfnrtv", kTo = "\\'\"\a\b\f\n\r\t\v";
  const auto found = kFrom.find(c);
  return found == kFrom.npos ? '\0' : kTo[found];
}

}  // namespace

bool parse_pickle_string(std::string_view text, std::string& value) {
  if (text.size() < 2 || text.front() != text.back() || (text.front() != '\'' && text.front() != '"'))
    return false;
  text = text.substr(1, text.size() - 2);
  value.clear();
  value.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i++];
    if (c != '\\') {
      value.push_back(c);
      continue;
    }
    if (i == text.size()) return false;
    const char escaped = text[i++];
    if (const char plain = simple_escape(escaped); plain != '\0') {
      value.push_back(plain);
    } else if (escaped >= '0' && escaped <= '7') {
      int code = escaped - '0';
      for (int digits = 1; digits < 3 && i < text.size() && text[i] >= '0' && text[i] <= '7'; ++digits) {
        code = code * 8 + (text[i++] - '0');
      }
      value.push_back(static_cast<char>(code & 0xFF));
    } else if (escaped == 'x') {
      std::uint32_t code = 0;
      if (!read_hex(text, i, 2, code)) return false;
      value.push_back(static_cast<char>(code));
    } else {
      // Python keeps an escape that it does not know.
      value.push_back('\\');
      value.push_back(escaped);
    }
  }
  return true;
}

bool parse_pickle_unicode(std::string_view text, std::string& value) {
  value.clear();
  value.reserve(text.size());
  std::uint32_t high = 0;
  const auto put = [&](std::uint32_t code) {
    if (high != 0) {
      if (code < 0xDC00 || code > 0xDFFF) return false;
      append_utf8(value, 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00));
      high = 0;
      return true;
    }
    if (code >= 0xD800 && code <= 0xDBFF) {
      high = code;
      return true;
    }
    if (code > 0x10FFFF || (code >= 0xDC00 && code <= 0xDFFF)) return false;
    append_utf8(value, code);
    return true;
  };
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i++];
    if (c != '\\' || i == text.size()) {
      if (!put(static_cast<unsigned char>(c))) return false;
      continue;
    }
    const char escaped = text[i++];
    if (escaped == 'u' || escaped == 'U') {
      std::uint32_t code = 0;
      if (!read_hex(text, i, escaped == 'u' ? 4 : 8, code) || !put(code)) return false;
    } else if (!put('\\') || !put(static_cast<unsigned char>(escaped))) {
      return false;
    }
  }
  return high == 0;
}

bool parse_pickle_int(std::string_view text, std::int64_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

bool parse_pickle_float(std::string_view text, double& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace pixelsail::detail
