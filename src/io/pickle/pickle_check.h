#pragma once

/// What has to hold for all containers of a pickle before the value is handed out.

#include <memory>
#include <string>
#include <vector>

#include "io/pickle/pickle.h"

namespace pixelsail::detail {

/// Every list, tuple and dict made while reading one pickle, reachable or not.
struct PickleContainers {
  std::vector<std::shared_ptr<PickleList>> lists;
  std::vector<std::shared_ptr<PickleDict>> dicts;

  /// Empties all containers. While this object holds them none is destroyed, so neither cycles nor deep
  /// nesting matter afterwards.
  void clear_all();
};

/// Gives a repeated key its first place and its last value. Equality is Python's: 1, 1.0 and True are one
/// key.
void merge_repeated_keys(PickleDict& dict);

/// Empty when no container reaches itself, none is nested deeper than limits.max_depth and `root`, walked as
/// a tree (shared containers count each time), has at most limits.max_items values; otherwise the fault.
std::string check_containers(const PickleContainers& containers, const PickleValue& root,
                             const PickleLimits& limits);

}  // namespace pixelsail::detail
