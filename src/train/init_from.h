#pragma once

/// The checkpoint that a training starts from.

#include <filesystem>

#include "model/config.h"
#include "text/tokenizer.h"

namespace pixelsail {

/// What its config.json says. Throws ConfigError for a checkpoint of another family or layout, with the
/// command that converts it; DataError for a missing or malformed file.
ModelConfig init_model_config(const std::filesystem::path& init_from);

/// Makes a training's model that of the tokenizer: ids of special tokens and, where vocab_size is 0, the
/// number of rows that the checkpoint has (published vocabularies are padded: they may have more rows than
/// the tokenizer has tokens) or, with an empty `init_from`, as many as the tokenizer has tokens. Throws
/// ConfigError for a checkpoint of another model (its weights may have the same shapes and would load) and
/// for one with fewer rows than tokens.
void fit_to_start(ModelConfig& model, const Tokenizer& tokenizer, const std::filesystem::path& init_from);

}  // namespace pixelsail
