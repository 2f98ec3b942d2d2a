#pragma once

/// Numbers in plain texts.

#include <charconv>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "pixelsail/error.h"

namespace pixelsail::detail {

/// The number that is all of `text`. Throws DataError for anything else, and for one that is not finite.
inline double whole_number_text(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty() || !std::isfinite(value))
    throw DataError("\"" + std::string(text.substr(0, 40)) + "\" is no number");
  return value;
}

/// Numbers between any of `separators`, which may come several at a time.
inline std::vector<double> number_list(std::string_view text, std::string_view separators) {
  std::vector<double> numbers;
  std::size_t begin = text.find_first_not_of(separators);
  while (begin != std::string_view::npos) {
    const std::size_t end = text.find_first_of(separators, begin);
    numbers.push_back(whole_number_text(text.substr(begin, end - begin)));
    begin = end == std::string_view::npos ? end : text.find_first_not_of(separators, end);
  }
  return numbers;
}

}  // namespace pixelsail::detail
