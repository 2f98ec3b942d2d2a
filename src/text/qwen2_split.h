#pragma once

/// The pre-tokenizer of Qwen2 and its descendants: cuts a text into the pieces inside which byte pairs merge.

#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

namespace pixelsail::detail {

/// The regular expression that split_qwen2 follows, as tokenizer.json files write it.
inline constexpr std::string_view kQwen2Pattern =
    R"re((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)re";

/// Byte ranges [begin, end) of the pieces; together they are the whole text, which must be valid UTF-8
/// (DataError). Linear time.
std::vector<std::pair<std::size_t, std::size_t>> split_qwen2(std::string_view text);

}  // namespace pixelsail::detail
