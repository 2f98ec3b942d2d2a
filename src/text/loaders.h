#pragma once

/// One loader for each kind of tokenizer files; load_tokenizer() chooses.

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "text/tokenizer.h"

namespace pixelsail::detail {

/// What Tokenizer::files() will give back.
using TokenizerFiles = std::vector<std::pair<std::string, std::string>>;

/// From a Hugging Face tokenizer.json (tokenizer_json.cpp). Throws DataError naming every component of the
/// file that this library does not implement.
std::shared_ptr<const Tokenizer> load_tokenizer_json(const std::filesystem::path& path, TokenizerFiles files);

/// From a folder with vocab.json, merges.txt and tokenizer_config.json of class Qwen2Tokenizer
/// (qwen2_layout.cpp).
std::shared_ptr<const Tokenizer> load_qwen2_layout(const std::filesystem::path& folder, TokenizerFiles files);

/// From a sentencepiece model (sentencepiece_tokenizer.cpp) and the added tokens on top of it, if any.
std::shared_ptr<const Tokenizer> load_sentencepiece(const std::filesystem::path& path, TokenizerFiles files);

}  // namespace pixelsail::detail
