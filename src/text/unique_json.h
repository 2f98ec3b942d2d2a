#pragma once

/// JSON in which no object names a key twice: with two ids for one token, which one counts would be an
/// accident.

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace pixelsail::detail {

/// Throws DataError as parse_json() does, and for a key that occurs twice in one object, naming `name` and
/// key.
nlohmann::json parse_unique_json(std::string_view text, const std::string& name);

}  // namespace pixelsail::detail
