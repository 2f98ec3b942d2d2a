#pragma once

/// Text as Python's str sees it, for metrics that are defined by Python programs. Texts are UTF-8; bytes that
/// are not well-formed count as one character each and stay as they are.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace pixelsail {

/// str.lower(): full case mapping, with the capital I with dot as two characters and the final form of a
/// sigma at the end of a word.
std::string python_lower(std::string_view text);

/// str.split(): the parts between runs of white space.
std::vector<std::string_view> python_split(std::string_view text);

/// len(): characters.
std::size_t python_length(std::string_view text);

/// text[:count]
std::string_view python_prefix(std::string_view text, std::size_t count);

/// One character of a text: its code point (0xFFFFFFFF for a byte that is not UTF-8) and its bytes.
struct PythonCharacter {
  char32_t code = 0;
  std::size_t bytes = 0;
};
/// `position` < text.size().
PythonCharacter character_at(std::string_view text, std::size_t position);

/// str.isspace() of one character, the same as \s in a pattern.
bool is_python_space(char32_t code);
/// \d in a pattern: decimal digits of any script.
bool is_python_digit(char32_t code);

}  // namespace pixelsail
