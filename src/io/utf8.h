#pragma once

/// The little of Unicode that file readers need.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace pixelsail::detail {

/// Position of the first byte that is not well-formed UTF-8 (overlong forms, surrogates and values above
/// U+10FFFF are not); npos when all of it is.
std::size_t find_invalid_utf8(std::string_view text);

/// Appends a code point (at most U+10FFFF, no surrogate) as UTF-8.
void append_utf8(std::string& text, std::uint32_t code_point);

}  // namespace pixelsail::detail
