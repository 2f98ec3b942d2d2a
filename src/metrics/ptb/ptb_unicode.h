#pragma once

/// Between UTF-8 and the UTF-16 that the Penn-Treebank rules read.

#include <string>
#include <string_view>

namespace pixelsail::detail::ptb {

/// Every maximal ill-formed part of the bytes becomes one U+FFFD; so does an encoded surrogate.
std::u16string to_utf16(std::string_view bytes);

/// Lower case as Java's String.toLowerCase(Locale.ENGLISH) has it, in UTF-8. A surrogate alone becomes a
/// question mark.
std::string to_lower_utf8(std::u16string_view units);

/// White space by Python's str.isspace().
bool is_python_space(char32_t c);

}  // namespace pixelsail::detail::ptb
