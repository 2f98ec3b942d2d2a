#include "io/base64.h"

#include <algorithm>

#include <array>
#include <cstdint>
#include <string>

#include "pixelsail/error.h"

namespace pixelsail {
namespace {

constexpr std::uint8_t kNone = 0xFF;

constexpr std::array<std::uint8_t, 256> make_values() {
  std::array<std::uint8_t, 256> values{};
  values.fill(kNone);
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t i = 0; i < kAlphabet.size(); ++i)
    values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  return values;
}
constexpr std::array<std::uint8_t, 256> kValues = make_values();

constexpr bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

[[noreturn]] void fail(const std::string& reason, std::size_t position) {
  throw DataError("not base64: " + reason + " at byte " + std::to_string(position));
}

}  // namespace

std::vector<std::byte> decode_base64(std::string_view text) {
  std::vector<std::byte> bytes;
  bytes.reserve(text.size() / 4 * 3);
  std::uint32_t group = 0;
  int characters = 0, padding = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (is_space(c)) continue;
    if (c == '=') {
      // "xx==" or "xxx="
      if (characters + ++padding > 4 || characters < 2) fail("unexpected padding", i);
      continue;
    }
    const std::uint8_t value = kValues[static_cast<unsigned char>(c)];
    if (value == kNone) fail("unexpected character", i);
    if (padding > 0) fail("text behind the padding", i);
    group = group << 6 | value;
    if (++characters < 4) continue;
    for (const int shift : {16, 8, 0}) bytes.push_back(static_cast<std::byte>(group >> shift & 0xFF));
    group = 0;
    characters = 0;
  }
  if (characters == 0) return bytes;
  if (characters + padding != 4) fail("it ends within a group of four", text.size());
  // Two characters hold 12 bits for 8, three 18 for 16.
  const int spare = characters == 2 ? 4 : 2;
  if ((group & ((1U << spare) - 1)) != 0) fail("unused bits are set", text.size());
  group >>= spare;
  if (characters == 3) bytes.push_back(static_cast<std::byte>(group >> 8 & 0xFF));
  bytes.push_back(static_cast<std::byte>(group & 0xFF));
  return bytes;
}

std::string encode_base64(std::span<const std::byte> bytes) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - at);
    unsigned group = 0;
    for (std::size_t i = 0; i < 3; ++i)
      group = group << 8 | (i < count ? std::to_integer<unsigned>(bytes[at + i]) : 0U);
    for (std::size_t i = 0; i < 4; ++i) text += i <= count ? kAlphabet[group >> (18 - 6 * i) & 0x3F] : '=';
  }
  return text;
}

}  // namespace pixelsail
