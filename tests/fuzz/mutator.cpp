#include "mutator.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <string_view>

namespace pixelsail::fuzz {
namespace {

constexpr auto kIntegers =
    std::to_array<std::uint64_t>({0,          1,          2,           7,          8,
                                  127,        128,        255,         256,        32767,
                                  32768,      65535,      65536,       0x7FFFFFFF, 0x80000000,
                                  0xFFFFFFFE, 0xFFFFFFFF, 0x100000000, 1ull << 60, 0x7FFFFFFFFFFFFFFF,
                                  1ull << 63, ~1ull,      ~0ull});

constexpr auto kDecimals = std::to_array<std::string_view>({"-1",
                                                            "0",
                                                            "-0",
                                                            "1e5",
                                                            "0.5",
                                                            "-7.25",
                                                            "2147483647",
                                                            "2147483648",
                                                            "4294967295",
                                                            "4294967296",
                                                            "9223372036854775807",
                                                            "9223372036854775808",
                                                            "18446744073709551615",
                                                            "18446744073709551616",
                                                            "1e308",
                                                            "1e999",
                                                            "200000000",
                                                            "-199999999.5",
                                                            "nan",
                                                            "00",
                                                            "01"});

struct Range {
  std::size_t begin = 0, length = 0;
};

std::size_t position(const std::string& text, Rng& rng) {
  return static_cast<std::size_t>(rng.below(text.size() + 1));
}

/// Mostly short.
Range range(const std::string& text, Rng& rng) {
  const std::size_t begin = position(text, rng);
  const std::size_t left = text.size() - begin;
  const std::size_t length = static_cast<std::size_t>(rng.below(4) == 0 ? rng.below(left + 1) : rng.below(9));
  return {begin, std::min(length, left)};
}

std::string binary_integer(Rng& rng) {
  std::uint64_t value = rng.pick(kIntegers);
  const std::size_t width = std::size_t{1} << rng.below(4);
  std::string bytes;
  for (std::size_t i = 0; i < width; ++i) bytes.push_back(static_cast<char>(value >> (8 * i) & 0xFF));
  if (rng.below(4) == 0) std::reverse(bytes.begin(), bytes.end());
  return bytes;
}

void replace_decimal(std::string& text, Rng& rng) {
  const auto is_digit = [&text](std::size_t i) {
    return std::isdigit(static_cast<unsigned char>(text[i])) != 0;
  };
  std::size_t begin = position(text, rng);
  while (begin < text.size() && !is_digit(begin)) ++begin;
  std::size_t end = begin;
  while (end < text.size() && is_digit(end)) ++end;
  while (begin > 0 && begin < text.size() && is_digit(begin - 1)) --begin;
  if (begin < end) text.replace(begin, end - begin, rng.pick(kDecimals));
}

void change(std::string& text, const Material& material, Rng& rng) {
  switch (rng.below(12)) {
    case 0:
      if (!text.empty()) text[rng.below(text.size())] ^= static_cast<char>(1u << rng.below(8));
      return;
    case 1:
      if (!text.empty()) text[rng.below(text.size())] = static_cast<char>(rng.below(256));
      return;
    case 2: {
      std::string bytes;
      for (std::uint64_t i = 1 + rng.below(8); i > 0; --i) bytes.push_back(static_cast<char>(rng.below(256)));
      text.insert(position(text, rng), bytes);
      return;
    }
    case 3:
    case 4:
      text.insert(position(text, rng), rng.pick(material.dictionary));
      return;
    case 5: {
      const std::string& piece = rng.pick(material.dictionary);
      const std::size_t at = position(text, rng);
      text.replace(at, std::min(piece.size(), text.size() - at), piece);
      return;
    }
    case 6: {
      const Range cut = range(text, rng);
      text.erase(cut.begin, cut.length);
      return;
    }
    case 7: {
      const Range copied = range(text, rng);
      const std::string piece = text.substr(copied.begin, copied.length);
      const std::size_t at = position(text, rng);
      for (std::uint64_t times = 1 + (rng.below(8) == 0 ? rng.below(64) : 0); times > 0; --times) {
        if (text.size() + piece.size() <= kMaxBytes) text.insert(at, piece);
      }
      return;
    }
    case 8: {
      const std::string bytes = binary_integer(rng);
      const std::size_t at = position(text, rng);
      text.replace(at, std::min(bytes.size(), text.size() - at), bytes);
      return;
    }
    case 9:
      replace_decimal(text, rng);
      return;
    case 10: {
      const std::string& other = rng.pick(material.seeds);
      text = text.substr(0, position(text, rng)) + other.substr(position(other, rng));
      return;
    }
    default:
      if (rng.below(3) == 0) text.resize(position(text, rng));
      return;
  }
}

}  // namespace

void mutate_bytes(std::string& text, const Material& material, Rng& rng) {
  std::uint64_t changes = 1;
  while (changes < 8 && rng.below(3) != 0) ++changes;
  for (; changes > 0; --changes) change(text, material, rng);
}

std::string mutate(const Material& material, Rng& rng) {
  std::string text = rng.pick(material.seeds);
  mutate_bytes(text, material, rng);
  if (text.size() > kMaxBytes) text.resize(kMaxBytes);
  return text;
}

}  // namespace pixelsail::fuzz
