#pragma once

/// The readers under test. Each takes any bytes; a pixelsail::Error is a proper refusal, anything else a
/// finding.

#include <string>
#include <vector>

#include "mutator.h"

namespace pixelsail::fuzz {

struct Target {
  const char* name;
  Material (*material)();
  /// Last touch on a mutated input, so that more of them get past the first checks.
  void (*repair)(std::string& input, Rng& rng);
  /// Throws std::logic_error when the reader contradicts itself.
  void (*run)(const std::string& input);
};

std::vector<std::string> target_names();

/// nullptr when there is no such target.
const Target* find_target(const std::string& name);

}  // namespace pixelsail::fuzz
