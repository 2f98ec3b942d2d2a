#pragma once

/// Lines and words of a text in memory, without copies.

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace pixelsail::detail {

/// The lines of a text one after the other; a carriage return before the line feed is no part of a line.
class TextLines {
 public:
  explicit TextLines(std::string_view text) : rest_(text) {}

  /// False behind the last line.
  bool next(std::string_view& line) {
    if (rest_.empty()) return false;
    const std::size_t end = std::min(rest_.find('\n'), rest_.size());
    line = rest_.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    ++number_;
    return true;
  }
  /// Of the line that `next` gave last, from 1.
  std::size_t number() const { return number_; }

 private:
  std::string_view rest_;
  std::size_t number_ = 0;
};

/// Calls `use(word)` for each word between blanks, tabs, line and page ends.
template <class Use>
void for_each_word(std::string_view line, Use use) {
  constexpr std::string_view kEnds = " \t\n\r\f";
  for (std::size_t begin = line.find_first_not_of(kEnds); begin != line.npos;) {
    const std::size_t end = std::min(line.find_first_of(kEnds, begin), line.size());
    use(line.substr(begin, end - begin));
    begin = line.find_first_not_of(kEnds, end);
  }
}

}  // namespace pixelsail::detail
