#pragma once

/// The string operations of Python that published programs stand on: caption metrics, and the readers of training
/// data. All throw DataError with the byte offset where the text is not well-formed UTF-8.

#include <string>
#include <string_view>
#include <vector>

namespace pixelsail::detail {

/// str.split(): the parts between runs of Unicode white space; never an empty part. White space are the code
/// points of bidirectional class WS, B or S or of general category Zs: next to the property White_Space these
/// are U+001C to U+001F too.
std::vector<std::string_view> python_split(std::string_view text);

/// str.strip(): without the white space of python_split() at both ends.
std::string_view python_strip(std::string_view text);

/// str.lower(): the full lower-case mapping of the Unicode standard (section 3.13) without language rules:
/// U+0130 becomes two code points, and a capital sigma at the end of a word becomes U+03C2. Simple mappings
/// come from utf8proc; letters younger than its tables (Unicode 15 in utf8proc 2.8) stay as they are.
std::string python_lower(std::string_view text);

/// Code points of well-formed UTF-8, and back.
std::u32string decode_code_points(std::string_view text);
std::string encode_code_points(std::u32string_view code_points);

}  // namespace pixelsail::detail
