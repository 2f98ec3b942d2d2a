#pragma once

/// A model folder in the Hugging Face layout: config.json, model.safetensors, preprocessor_config.json and
/// the tokenizer's files.

#include <torch/types.h>

#include <filesystem>
#include <memory>

#include "families/chat_template.h"
#include "image/preprocess.h"
#include "model/model.h"
#include "text/tokenizer.h"

namespace pixelsail {

/// A model with all that is needed to feed it.
struct LoadedModel {
  std::shared_ptr<PixelSailImpl> model;
  std::shared_ptr<const Tokenizer> tokenizer;
  SpecialTokens special;
  PreprocessConfig preprocess;
};

/// Throws DataError naming the file for anything missing or contradictory, among others special tokens whose
/// ids in config.json are not the tokenizer's. A checkpoint that is stored quantized is loaded so whatever
/// `options` say of quantization, but ConfigError when they ask for another one.
LoadedModel load_checkpoint(const std::filesystem::path& folder, const WeightOptions& options);

/// A model for token ids alone, of a Pixel-SAIL checkpoint or of a plain Qwen2 or Mistral one: no tokenizer
/// and no preprocessing are needed. `path` as for open_checkpoint(). Throws DataError as load_checkpoint().
std::shared_ptr<PixelSailImpl> load_model(const std::filesystem::path& path, const WeightOptions& options);

/// Writes the files into an existing folder, weights in `dtype`, with an attached adapter merged into them.
/// The bytes depend on the arguments only.
void save_checkpoint(const std::filesystem::path& folder, PixelSailImpl& model, const Tokenizer& tokenizer,
                     const PreprocessConfig& preprocess, torch::ScalarType dtype = torch::kFloat32);

/// How a Pixel-SAIL on this backbone writes a conversation, and how its images are prepared when no
/// preprocessor_config.json says otherwise.
const ChatTemplate& chat_of(const ModelConfig& config);
PreprocessConfig preprocess_of(const ModelConfig& config);

/// special_token_ids of a configuration from a tokenizer, and the vocabulary size when it is not set.
void fill_from_tokenizer(ModelConfig& config, const Tokenizer& tokenizer);

}  // namespace pixelsail
