#include "core/fingerprint.h"

#include <array>

namespace pixelsail {

void Fingerprint::add(std::string_view bytes) {
  std::uint64_t state = state_;
  for (const char c : bytes) {
    state ^= static_cast<unsigned char>(c);
    state *= 1099511628211ULL;
  }
  state_ = state;
}

void Fingerprint::add(std::int64_t value) {
  std::array<char, 8> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<char>((static_cast<std::uint64_t>(value) >> (8 * i)) & 0xFF);
  }
  add(std::string_view(bytes.data(), bytes.size()));
}

std::string Fingerprint::text() const {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (int shift = 60; shift >= 0; shift -= 4) text += kDigits[(state_ >> shift) & 0xF];
  return text;
}

}  // namespace pixelsail
