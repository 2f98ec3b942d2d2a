#pragma once

/// Identities of what an evaluation depends on.

#include <filesystem>
#include <string>

#include "core/fingerprint.h"
#include "data/refer.h"

namespace pixelsail {

/// Names and bytes of the files that make up a checkpoint: config.json, *.safetensors, tokenizer and
/// preprocessor files. Throws DataError when the folder or its model is missing.
std::string checkpoint_fingerprint(const std::filesystem::path& directory);

/// Names and bytes of an adapter's files. Throws DataError when the folder is missing.
std::string adapter_fingerprint(const std::filesystem::path& directory);

/// Ids, sentences and images of the expressions.
std::string expressions_fingerprint(const ReferData& data, std::span<const ReferExpression> expressions);

}  // namespace pixelsail
