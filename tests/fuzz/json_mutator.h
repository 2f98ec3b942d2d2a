#pragma once

/// Mutations that keep JSON well formed, or nearly so: bytes alone seldom get behind a parser.

#include <optional>
#include <string>
#include <vector>

#include "core/rng.h"
#include "json_tree.h"
#include "mutator.h"

namespace pixelsail::fuzz {

class JsonMutator {
 public:
  /// Seeds may be one document, or lines of which some are one.
  explicit JsonMutator(const Material& material);

  /// A seed in which one to four values, members or elements were changed: other types, huge numbers, NaN, whole
  /// numbers written as floats or texts, other encodings, keys that are there twice, missing or unknown, deep
  /// nesting, elements repeated or exchanged. Some of them are changed byte by byte behind that, as mutate() does.
  /// At most kMaxJsonBytes long.
  std::string mutate(Rng& rng) const;

 private:
  /// A line, or a whole document.
  struct Piece {
    std::string text;
    std::optional<JsonNode> tree;
  };
  using Seed = std::vector<Piece>;

  std::string text_of(const Seed& seed, Rng& rng) const;

  const Material& material_;
  std::vector<Seed> seeds_;
  std::vector<std::string> keys_;
};

/// Deep nesting needs room; all but a few inputs stay far below.
inline constexpr std::size_t kMaxJsonBytes = std::size_t{1} << 16;

}  // namespace pixelsail::fuzz
