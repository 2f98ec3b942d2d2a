#pragma once

/// Base64 of RFC 4648 (the alphabet with + and /).

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pixelsail {

/// White space between the characters is allowed. Throws DataError saying what is wrong and at which byte:
/// another character, missing or wrong padding, bits that no encoder sets.
std::vector<std::byte> decode_base64(std::string_view text);

/// With padding, on one line.
std::string encode_base64(std::span<const std::byte> bytes);

}  // namespace pixelsail
