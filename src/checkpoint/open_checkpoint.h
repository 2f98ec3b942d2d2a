#pragma once

/// A checkpoint of any family, opened but not loaded: whose names it has, what its configuration says and
/// what its tensors say.

#include <filesystem>
#include <memory>
#include <optional>

#include "families/name_table.h"
#include "io/tensors/tensor_source.h"
#include "model/config.h"

namespace pixelsail {

struct OpenedCheckpoint {
  std::unique_ptr<TensorSource> tensors;
  const NameTable* names = nullptr;
  /// Absent when no config.json was found: then nothing says how many attention heads there are.
  std::optional<ModelConfig> config;
  std::filesystem::path folder;  ///< where configuration and tokenizer lie
};

/// The family whose names the tensors have. Throws DataError, with the first few names, for none.
const NameTable& detect_names(const TensorSource& tensors);

/// `path`: a folder, a weights file or an index. `config`: a config.json or a folder with one; empty: the
/// one beside the tensors, if any. What a configuration leaves open is read off the tensors: the visual part
/// of models that are built on a language model, and the mask head when the configuration is that of the
/// language model underneath. Throws DataError naming file and key.
OpenedCheckpoint open_checkpoint(const std::filesystem::path& path, const std::filesystem::path& config = {});

}  // namespace pixelsail
