#pragma once

/// Identities of what an evaluation depends on.

#include <filesystem>
#include <string>

#include "core/fingerprint.h"

namespace pixelsail {

/// Names and bytes of the files that make up a checkpoint: config.json, *.safetensors, tokenizer and
/// preprocessor files. Throws DataError when the folder or its model is missing.
std::string checkpoint_fingerprint(const std::filesystem::path& directory);

/// Names and bytes of an adapter's files. Throws DataError when the folder is missing.
std::string adapter_fingerprint(const std::filesystem::path& directory);

}  // namespace pixelsail
