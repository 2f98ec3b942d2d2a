#pragma once

/// One loader for each kind of tokenizer files; load_tokenizer() chooses.

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "io/json.h"
#include "text/tokenizer.h"

namespace pixelsail::detail {

/// What Tokenizer::files() will give back.
using TokenizerFiles = std::vector<std::pair<std::string, std::string>>;

/// The bytes of the file of that name, nullptr when it is not among them.
const std::string* find_file(const TokenizerFiles& files, std::string_view name);

/// JSON in which no object names a key twice: with two ids for one token, which one counts would be an
/// accident. Throws DataError as parse_json() does, and for such a key.
inline Json parse_unique_json(std::string_view text, const std::string& name) {
  return parse_json_unique(text, name, "occurs twice");
}

/// The JSON object in a file; an empty one when there is no such file. Errors name it in `folder`.
Json read_object(const TokenizerFiles& files, const std::filesystem::path& folder, const char* name);

// Each of these takes the files under their usual names; `path` is where the first of them lies, and its
// folder is where the others do. Nothing is read from there: errors name it.

/// From a Hugging Face tokenizer.json (tokenizer_json.cpp). Throws DataError naming the component of the file
/// that this library does not implement.
std::shared_ptr<const Tokenizer> load_tokenizer_json(const std::filesystem::path& path, TokenizerFiles files);

/// Whether a tokenizer.json decodes bytes; the ones that were converted from a sentencepiece model do not.
/// Throws DataError when it is no JSON.
bool is_byte_level(std::string_view bytes, const std::string& name);

/// From vocab.json, merges.txt and tokenizer_config.json of class Qwen2Tokenizer (qwen2_layout.cpp).
std::shared_ptr<const Tokenizer> load_qwen2_layout(const std::filesystem::path& path, TokenizerFiles files);

/// From a sentencepiece model (sentencepiece_tokenizer.cpp) and the added tokens on top of it, if any.
std::shared_ptr<const Tokenizer> load_sentencepiece(const std::filesystem::path& path, TokenizerFiles files);

}  // namespace pixelsail::detail
