#pragma once

/// Names from files in messages.

#include <string>
#include <string_view>

namespace pixelsail::detail {

/// The text with what is not ASCII, or no character that a terminal should see, as '?', cut after 120
/// characters.
inline std::string printable(std::string_view text) {
  constexpr std::size_t kMax = 120;
  std::string result(text.substr(0, kMax));
  for (char& c : result) {
    if (c < 0x20 || c == 0x7F) c = '?';
  }
  return text.size() > kMax ? result + "..." : result;
}

}  // namespace pixelsail::detail
