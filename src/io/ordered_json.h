#pragma once

/// JSON whose members keep the order of the file, where that order means something.

#include <filesystem>
#include <string>
#include <string_view>

#include "io/json.h"

namespace pixelsail {

/// Throws DataError naming the file for what is no JSON or no UTF-8, nesting deeper than 64, an object with
/// more than `most_members` members, or a member that an object has twice.
OrderedJson read_ordered_json(const std::filesystem::path& path, std::size_t most_members = 1000);
/// The same from memory, NaN and Infinity as null; `name` stands for the file.
OrderedJson parse_ordered_json(std::string_view text, const std::string& name,
                               std::size_t most_members = 1000);

}  // namespace pixelsail
