#pragma once

/// What a checkpoint is, without loading it.

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "checkpoint/memory_estimate.h"

namespace pixelsail {

struct InspectOptions {
  std::filesystem::path path;    ///< as for open_checkpoint()
  std::filesystem::path config;  ///< as for open_checkpoint()
  MemoryRequest memory;          ///< its weight_bytes is taken from the tensors
  bool values = false;           ///< read every tensor and report those with NaN or infinite values
};

/// {"path", "family", "files", "bytes", "parameters", "groups": {group: parameters}, "tensors": [{"name",
/// "ours", "dtype", "shape", "bytes", "file"}], "unknown": [names], "metadata"} and, with a configuration,
/// {"config", "missing", "unexpected", "misshapen", "missing_for_pixelsail": [groups and tokens], "memory"};
/// with `values`, "non_finite". Throws DataError for files that cannot be read at all.
nlohmann::ordered_json inspect_checkpoint(const InspectOptions& options);

/// The same for people.
std::string inspect_text(const nlohmann::ordered_json& report);

}  // namespace pixelsail
