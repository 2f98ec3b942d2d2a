#pragma once

/// What several readers under test share.

#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace pixelsail::fuzz {

/// A reader that contradicts itself is a finding.
inline void require(bool holds, const char* what) {
  if (!holds) throw std::logic_error(what);
}

inline std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

inline std::string_view text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Several files of one layout share a target: the first line of an input says which one the rest is.
inline std::pair<std::string_view, std::string_view> split_kind(std::string_view input) {
  const std::size_t end = input.find('\n');
  if (end == std::string_view::npos) return {input, {}};
  return {input.substr(0, end), input.substr(end + 1)};
}

}  // namespace pixelsail::fuzz
