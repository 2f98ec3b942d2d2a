#pragma once

/// Checkpoints in the Hugging Face layout, written as one safetensors file or several with an index.

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "io/tensors/lazy_tensor.h"

namespace pixelsail {

/// Writes `tensors`, in the order given, to `folder`/model.safetensors when they fit `shard_size` bytes, else
/// to model-00001-of-0000N.safetensors and so on with model.safetensors.index.json: a shard is closed before
/// the tensor that would make it larger, and a tensor above `shard_size` has one of its own. `metadata` goes
/// into every file.
///
/// Nothing appears or disappears under a final name before all shards are written; what an earlier write left
/// (either layout) is gone afterwards. The index comes last: until it is there the folder has no checkpoint
/// rather than a mixed one. The bytes depend on the arguments only.
///
/// Throws ConfigError for a `shard_size` of 0, RunError for a name given twice or a disk that is full.
void write_sharded_safetensors(const std::filesystem::path& folder, const std::vector<LazyTensor>& tensors,
                               std::uint64_t shard_size,
                               const std::map<std::string, std::string>& metadata = {});

}  // namespace pixelsail
