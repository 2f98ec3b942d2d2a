#pragma once

/// A model folder in the Hugging Face layout: config.json, model.safetensors, preprocessor_config.json and
/// the tokenizer's files.

#include <filesystem>

#include "infer/answerer.h"

namespace pixelsail {

/// Throws DataError naming the file for anything missing or contradictory, among others special tokens whose
/// ids in config.json are not the tokenizer's.
Answerer load_checkpoint(const std::filesystem::path& folder, torch::Device device, torch::ScalarType dtype);

/// Writes the files into an existing folder. The bytes depend on the arguments only.
void save_checkpoint(const std::filesystem::path& folder, PixelSailImpl& model, const Tokenizer& tokenizer,
                     const PreprocessConfig& preprocess);

/// special_token_ids of a configuration from a tokenizer, and the vocabulary size when it is not set.
void fill_from_tokenizer(ModelConfig& config, const Tokenizer& tokenizer);

}  // namespace pixelsail
