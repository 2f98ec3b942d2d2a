#pragma once

/// Values that pickle protocols 0 and 1 write as text. Each returns false when the text is malformed.

#include <cstdint>
#include <string>
#include <string_view>

namespace pixelsail::detail {

/// Argument of STRING: a Python 2 repr in single or double quotes, with backslash escapes, as bytes.
bool parse_pickle_string(std::string_view text, std::string& value);

/// Argument of UNICODE: raw-unicode-escape (Latin-1 with \uXXXX and \UXXXXXXXX), as UTF-8. Surrogate pairs
/// become one character; a lone surrogate is malformed.
bool parse_pickle_unicode(std::string_view text, std::string& value);

/// Decimal integer that fits 64 bits.
bool parse_pickle_int(std::string_view text, std::int64_t& value);

/// Decimal float, also inf and nan.
bool parse_pickle_float(std::string_view text, double& value);

}  // namespace pixelsail::detail
