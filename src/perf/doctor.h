#pragma once

/// Whether this machine can run the library, and on what.

#include <string>
#include <vector>

namespace pixelsail {

struct Verdict {
  enum class Level { kGood, kNote, kProblem };
  Level level = Level::kGood;
  std::string topic;  ///< "torch", "cuda:0", ...
  std::string text;   ///< one readable line; of a problem, with the remedy
};

/// Versions, libraries, devices with a checked matrix product and attention call on each, disk and memory.
/// Never throws for what it finds.
std::vector<Verdict> examine_machine();

}  // namespace pixelsail
