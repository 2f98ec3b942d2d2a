#pragma once

/// Valid inputs for the readers of checkpoints: torch archives, their pickles, and indices of shards.

#include <string>
#include <vector>

#include "mutator.h"

namespace pixelsail::fuzz {

Material pth_material();
Material index_material();

/// A safetensors file that holds a float of each name.
std::string shard_of(const std::vector<std::string>& names);

}  // namespace pixelsail::fuzz
