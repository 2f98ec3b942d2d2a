#pragma once

/// JSON as a tree of texts: what a parser would not build (a key twice, NaN, bytes that are no UTF-8) can stand
/// in it.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pixelsail::fuzz {

struct JsonNode {
  enum class Kind { kScalar, kArray, kObject };
  Kind kind = Kind::kScalar;
  /// Of a scalar, as it stands in the file, quotes and all.
  std::string text;
  /// Of an object, as they stand in the file; as many as children.
  std::vector<std::string> keys;
  std::vector<JsonNode> children;
};

JsonNode json_scalar(std::string text);

/// Nothing for what is no JSON (NaN and Infinity are taken) or nested deeper than 100.
std::optional<JsonNode> parse_json_tree(std::string_view text);

std::string json_text(const JsonNode& node);

}  // namespace pixelsail::fuzz
