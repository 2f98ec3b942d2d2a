#pragma once

/// checksums.json of a checkpoint: whether every byte is still what was written.
///   {"format_version": 1,
///    "files": {"config.json": {"bytes": 812, "sha256": "..."}, "trainer/state.json": ...},
///    "tensors": {"model.safetensors": {"NAME": "16 hexadecimal digits (FNV-1a)"}},
///    "sha256_of_lists": "..."}    of files and tensors as one JSON object, its keys in order, without spaces

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace pixelsail {

/// Writes FOLDER/checksums.json over all other files in the folder and below it; the last thing before a
/// checkpoint is complete. Throws DataError or RunError when a file cannot be read or written.
void write_checksums(const std::filesystem::path& folder);

struct ChecksumReport {
  /// Whether there is a checksums.json; without it nothing is looked at.
  bool verifiable = false;
  std::size_t files = 0, tensors = 0;
  /// "FOLDER/model.safetensors: tensor \"x\" was changed", one for each file or tensor.
  std::vector<std::string> faults;
};

/// Compares the folder with its checksums.json. Files that it does not list are left alone. Throws DataError when
/// checksums.json itself cannot be understood or was changed.
ChecksumReport verify_checksums(const std::filesystem::path& folder);

/// Throws DataError with the first fault; nothing without checksums.json.
void require_checksums(const std::filesystem::path& folder);

}  // namespace pixelsail
