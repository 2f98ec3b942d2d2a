#pragma once

/// The readers under test. Each takes any bytes; a pixelsail::Error is a proper refusal, anything else a
/// finding.

#include <span>
#include <string>

#include "mutator.h"

namespace pixelsail::fuzz {

/// What an input is mutated as, and how often in a full run: a million times, or 200,000 for text.
enum class Kind { kBinary, kJson, kText };

struct Target {
  const char* name;
  Kind kind;
  Material (*material)();
  /// Throws std::logic_error when the reader contradicts itself.
  void (*run)(const std::string& input);
  /// Last touch on a mutated input, so that more of them get past the first checks. Null: none.
  void (*repair)(std::string& input, Rng& rng) = nullptr;
  /// Of the checks that run before every change: as many inputs as those ask for, or at most kBriefInputs.
  bool runs_long = false;
};

inline constexpr std::uint64_t kBriefInputs = 2000;

/// "binary", "json", "text".
const char* kind_name(Kind kind);
/// Inputs of a full run.
std::uint64_t full_inputs(const Target& target);

/// In the order of target_table.cpp.
std::span<const Target> all_targets();
/// nullptr when there is no such target.
const Target* find_target(const std::string& name);

}  // namespace pixelsail::fuzz
