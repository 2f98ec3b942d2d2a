#pragma once

/// Turns valid inputs into nearly valid ones.

#include <string>
#include <vector>

#include "core/rng.h"

namespace pixelsail::fuzz {

/// What one target is made of.
struct Material {
  std::vector<std::string> seeds;
  /// Pieces that mean something to the reader.
  std::vector<std::string> dictionary;
};

/// No mutated input is longer.
inline constexpr std::size_t kMaxBytes = 4096;

/// A seed with one to eight changes: flipped bits, other bytes, interesting numbers (binary and decimal),
/// inserted, deleted, doubled or exchanged pieces, dictionary entries, a splice with another seed, a cut.
std::string mutate(const Material& material, Rng& rng);

/// The same changes to a text that is there; it may grow by some kilobytes.
void mutate_bytes(std::string& text, const Material& material, Rng& rng);

}  // namespace pixelsail::fuzz
