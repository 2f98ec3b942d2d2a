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

/// One that holds "a.jpg", 2 x 2 x 3 values of an element type of `width` bytes.
std::string map_shard(const std::string& dtype, std::size_t width);

}  // namespace pixelsail::fuzz
