#pragma once

/// "i/n" on a command line: the i-th of n parts of some work.

#include <charconv>
#include <cstdint>
#include <string>
#include <utility>

#include "pixelsail/error.h"

namespace pixelsail {

/// i and n, with 0 <= i < n. Throws ConfigError for anything else.
inline std::pair<std::int64_t, std::int64_t> parse_part(const std::string& text) {
  std::int64_t index = -1, count = 0;
  const char* const end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, index);
  bool read = first.ec == std::errc() && first.ptr != end && *first.ptr == '/';
  if (read) {
    const auto second = std::from_chars(first.ptr + 1, end, count);
    read = second.ec == std::errc() && second.ptr == end;
  }
  if (!read || index < 0 || index >= count)
    throw ConfigError("shard \"" + text + "\" is not i/n with i from 0 to n - 1");
  return {index, count};
}

}  // namespace pixelsail
