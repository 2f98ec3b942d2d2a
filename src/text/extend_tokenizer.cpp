#include "text/extend_tokenizer.h"

#include <set>

#include "core/sequence.h"
#include "io/json.h"
#include "pixelsail/error.h"
#include "text/loaders.h"
#include "text/special_token_splitter.h"
#include "text/unicode.h"

namespace pixelsail {
namespace {

using detail::AddedToken;
using detail::TokenizerFiles;

AddedToken special_token(const std::string& content, std::int64_t id) {
  AddedToken token;
  token.content = content;
  token.id = id;
  token.special = true;
  return token;
}

// As the Hugging Face files write it, without the id.
Json to_json(const AddedToken& token) {
  return {{"content", token.content}, {"lstrip", token.lstrip},           {"normalized", token.normalized},
          {"rstrip", token.rstrip},   {"single_word", token.single_word}, {"special", token.special}};
}

void write(TokenizerFiles& files, const char* name, const Json& value) {
  const std::string bytes = value.dump(2) + "\n";
  for (auto& file : files) {
    if (file.first == name) {
      file.second = bytes;
      return;
    }
  }
  files.emplace_back(name, bytes);
}

void add_to_tokenizer_json(TokenizerFiles& files, const std::vector<AddedToken>& fresh) {
  Json file = detail::read_object(files, "", "tokenizer.json");
  if (!file["added_tokens"].is_array()) file["added_tokens"] = Json::array();
  for (const AddedToken& token : fresh) {
    file["added_tokens"].push_back(to_json(token));
    file["added_tokens"].back()["id"] = token.id;
  }
  write(files, "tokenizer.json", file);
}

// `known`: the added tokens there are. The list in this file replaces the one of added_tokens.json, so that a
// file that had none has to get all of them.
void add_to_config(TokenizerFiles& files, const std::vector<AddedToken>& known,
                   const std::vector<AddedToken>& fresh) {
  Json config = detail::read_object(files, "", "tokenizer_config.json");
  // Only a sentencepiece model gets along without this file.
  if (config.empty()) config["tokenizer_class"] = "LlamaTokenizer";
  Json& decoder = config["added_tokens_decoder"];
  if (decoder.is_null()) {
    decoder = Json::object();
    for (const AddedToken& token : known) decoder[std::to_string(token.id)] = to_json(token);
  }
  if (!decoder.is_object()) throw DataError("tokenizer_config.json: added_tokens_decoder is not an object");
  for (const AddedToken& token : fresh) decoder[std::to_string(token.id)] = to_json(token);
  write(files, "tokenizer_config.json", config);
}

void add_to_list(TokenizerFiles& files, const std::vector<AddedToken>& fresh) {
  Json list = detail::read_object(files, "", "added_tokens.json");
  for (const AddedToken& token : fresh) list[token.content] = token.id;
  write(files, "added_tokens.json", list);
}

// The added tokens as the tokenizer itself reads them.
std::vector<AddedToken> known_tokens(const TokenizerFiles& files) {
  if (detail::find_file(files, "tokenizer.json") == nullptr) return detail::read_added_tokens(files, "");
  std::vector<AddedToken> tokens;
  const Json file = detail::read_object(files, "", "tokenizer.json");
  if (const auto found = file.find("added_tokens"); found != file.end() && found->is_array()) {
    for (const Json& object : *found) {
      tokens.push_back(
          detail::parse_added_token(object, json_int(object, "id", "tokenizer.json"), "tokenizer.json"));
    }
  }
  return tokens;
}

}  // namespace

std::vector<std::string> pixelsail_tokens() {
  std::vector<std::string> names{"<vision>", "<vpatch>", "</vision>", "[SEG]", "<p>", "</p>"};
  for (int k = 0; k < kPromptTokens; ++k) names.push_back("<Prompt" + std::to_string(k) + ">");
  names.emplace_back("<NO_Prompt>");
  return names;
}

std::shared_ptr<const Tokenizer> extend_tokenizer(const Tokenizer& tokenizer,
                                                  const std::vector<std::string>& names,
                                                  std::optional<std::int64_t> first_id) {
  std::int64_t next = first_id.value_or(tokenizer.vocab_size());
  if (next < tokenizer.vocab_size()) {
    throw DataError("new tokens cannot begin at id " + std::to_string(next) +
                    ": the tokenizer has ids up to " + std::to_string(tokenizer.vocab_size() - 1));
  }
  TokenizerFiles files = tokenizer.files();
  const std::vector<AddedToken> known = known_tokens(files);
  std::set<std::string> added;
  for (const AddedToken& token : known) added.insert(token.content);
  std::vector<AddedToken> fresh;
  for (const std::string& name : names) {
    if (name.empty()) throw DataError("a new token has an empty name");
    detail::require_utf8(name);
    if (!added.insert(name).second) continue;
    const std::optional<std::int64_t> id = tokenizer.token_to_id(name);
    fresh.push_back(special_token(name, id ? *id : next++));
  }
  if (fresh.empty()) return load_tokenizer_files(std::move(files));
  const bool json = detail::find_file(files, "tokenizer.json") != nullptr;
  if (json) add_to_tokenizer_json(files, fresh);
  if (!json || detail::find_file(files, "tokenizer_config.json") != nullptr)
    add_to_config(files, known, fresh);
  if (!json || detail::find_file(files, "added_tokens.json") != nullptr) add_to_list(files, fresh);
  return load_tokenizer_files(std::move(files));
}

}  // namespace pixelsail
