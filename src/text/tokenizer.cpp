#include "text/tokenizer.h"

#include <initializer_list>

#include "io/atomic_file.h"
#include "pixelsail/error.h"
#include "text/loaders.h"

namespace pixelsail {
namespace {

namespace fs = std::filesystem;

constexpr int kPromptTokens = 15;

detail::TokenizerFiles read_present(const fs::path& folder, std::initializer_list<const char*> names) {
  detail::TokenizerFiles files;
  for (const char* name : names) {
    if (fs::exists(folder / name)) files.emplace_back(name, read_file(folder / name));
  }
  return files;
}

std::shared_ptr<const Tokenizer> load_json(const fs::path& path, detail::TokenizerFiles files) {
  return detail::load_tokenizer_json(path, std::move(files));
}

std::shared_ptr<const Tokenizer> load_folder(const fs::path& folder) {
  if (fs::exists(folder / "tokenizer.json")) {
    return load_json(folder / "tokenizer.json",
                     read_present(folder, {"tokenizer.json", "tokenizer_config.json",
                                           "special_tokens_map.json", "added_tokens.json"}));
  }
  if (fs::exists(folder / "vocab.json") && fs::exists(folder / "merges.txt")) {
    return detail::load_qwen2_layout(
        folder, read_present(folder, {"vocab.json", "merges.txt", "tokenizer_config.json",
                                      "special_tokens_map.json", "added_tokens.json"}));
  }
  if (fs::exists(folder / "tokenizer.model")) {
    return detail::load_sentencepiece(folder / "tokenizer.model",
                                      read_present(folder, {"tokenizer.model", "tokenizer_config.json",
                                                            "special_tokens_map.json", "added_tokens.json"}));
  }
  throw DataError(
      folder.string() +
      ": no tokenizer in this folder (tokenizer.json, vocab.json with merges.txt, or tokenizer.model)");
}

std::shared_ptr<const Tokenizer> load_file(const fs::path& path) {
  const std::string name = path.filename().string();
  if (name == "tokenizer.json" || name == "vocab.json" || name == "merges.txt" || name == "tokenizer.model") {
    return load_folder(path.parent_path().empty() ? fs::path(".") : path.parent_path());
  }
  std::string bytes = read_file(path);
  const std::size_t first = bytes.find_first_not_of(" \t\r\n");
  if (path.extension() == ".json" ||
      (path.extension() != ".model" && first != std::string::npos && bytes[first] == '{')) {
    return load_json(path, {{"tokenizer.json", std::move(bytes)}});
  }
  detail::TokenizerFiles files =
      read_present(path.parent_path(), {"tokenizer_config.json", "added_tokens.json"});
  files.insert(files.begin(), {"tokenizer.model", std::move(bytes)});
  return detail::load_sentencepiece(path, std::move(files));
}

}  // namespace

std::shared_ptr<const Tokenizer> load_tokenizer(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) throw DataError(path.string() + ": no such tokenizer file or folder");
  return fs::is_directory(status) ? load_folder(path) : load_file(path);
}

SpecialTokens find_special_tokens(const Tokenizer& tokenizer) {
  std::string missing;
  const auto find = [&](const std::string& name) {
    const std::optional<std::int64_t> id = tokenizer.token_to_id(name);
    if (!id) missing += (missing.empty() ? "" : ", ") + name;
    return id.value_or(-1);
  };
  SpecialTokens special;
  special.end_of_text = find("<|endoftext|>");
  special.im_start = find("<|im_start|>");
  special.im_end = find("<|im_end|>");
  special.vision_begin = find("<vision>");
  special.vision_end = find("</vision>");
  special.patch = find("<vpatch>");
  special.seg = find("[SEG]");
  special.phrase_begin = find("<p>");
  special.phrase_end = find("</p>");
  for (int k = 0; k < kPromptTokens; ++k)
    special.prompts.push_back(find("<Prompt" + std::to_string(k) + ">"));
  if (!missing.empty()) throw DataError("the tokenizer lacks the tokens " + missing);
  return special;
}

}  // namespace pixelsail
