#pragma once

/// Whole numbers of JSON files as other programs write them.

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>

namespace pixelsail {

/// The number; 1.0 is whole, as for Python, whose 1.0 == 1. Nothing for what is no whole number of 64 bits.
std::optional<std::int64_t> whole_json_number(const nlohmann::json& value);

}  // namespace pixelsail
