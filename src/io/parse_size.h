#pragma once

/// Sizes as people write them.

#include <cstdint>
#include <string_view>

namespace pixelsail {

/// Bytes of "5GB", "300 MiB" or "4096": a whole number, then nothing or a unit. KB, MB, GB and TB are powers
/// of 1000, KiB, MiB, GiB and TiB powers of 1024, B is one byte; upper and lower case are the same. Throws
/// ConfigError naming the text for anything else, and for more than 2^63 - 1 bytes.
std::uint64_t parse_size(std::string_view text);

}  // namespace pixelsail
