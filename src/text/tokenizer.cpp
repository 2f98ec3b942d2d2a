#include "text/tokenizer.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <set>

#include "core/sequence.h"
#include "io/atomic_file.h"
#include "pixelsail/error.h"
#include "text/loaders.h"

namespace pixelsail {
namespace {

namespace fs = std::filesystem;

// Every file that a tokenizer of some kind may consist of.
constexpr std::array kFileNames{
    "tokenizer.json",          "vocab.json",       "merges.txt", "tokenizer.model", "tokenizer_config.json",
    "special_tokens_map.json", "added_tokens.json"};

// What is in the folder of `names`, in the order of kFileNames.
detail::TokenizerFiles read_present(const fs::path& folder, const std::set<std::string>& names) {
  detail::TokenizerFiles files;
  for (const char* name : kFileNames) {
    if (names.count(name) > 0 && fs::exists(folder / name))
      files.emplace_back(name, read_file(folder / name));
  }
  return files;
}

// The kind of tokenizer is told by the files alone; `folder` is where they come from.
std::shared_ptr<const Tokenizer> load_files(detail::TokenizerFiles files, const fs::path& folder) {
  const auto keep = [&files](std::initializer_list<std::string_view> names) {
    const auto wanted = [&](const auto& file) {
      const bool beside = file.first == "tokenizer_config.json" || file.first == "special_tokens_map.json" ||
                          file.first == "added_tokens.json";
      return beside || std::find(names.begin(), names.end(), file.first) != names.end();
    };
    std::erase_if(files, [&](const auto& file) { return !wanted(file); });
  };
  const auto has = [&files](const char* name) { return detail::find_file(files, name) != nullptr; };
  // Mistral's folders have the sentencepiece model and a tokenizer.json converted from it; the model is read.
  const fs::path json_path = folder / "tokenizer.json";
  if (const std::string* json = detail::find_file(files, "tokenizer.json");
      json != nullptr && (!has("tokenizer.model") || detail::is_byte_level(*json, json_path.string()))) {
    keep({"tokenizer.json"});
    return detail::load_tokenizer_json(json_path, std::move(files));
  }
  if (has("vocab.json") && has("merges.txt")) {
    keep({"vocab.json", "merges.txt"});
    return detail::load_qwen2_layout(folder / "vocab.json", std::move(files));
  }
  if (has("tokenizer.model")) {
    keep({"tokenizer.model"});
    return detail::load_sentencepiece(folder / "tokenizer.model", std::move(files));
  }
  throw DataError(
      folder.string() +
      ": no tokenizer in this folder (tokenizer.json, vocab.json with merges.txt, or tokenizer.model)");
}

std::shared_ptr<const Tokenizer> load_folder(const fs::path& folder) {
  return load_files(read_present(folder, {kFileNames.begin(), kFileNames.end()}), folder);
}

std::shared_ptr<const Tokenizer> load_file(const fs::path& path) {
  const std::string name = path.filename().string();
  const fs::path folder = path.parent_path().empty() ? fs::path(".") : path.parent_path();
  if (name == "tokenizer.json") return load_folder(folder);
  if (name == "vocab.json" || name == "merges.txt") {
    return load_files(read_present(folder, {"vocab.json", "merges.txt", "tokenizer_config.json",
                                            "special_tokens_map.json", "added_tokens.json"}),
                      folder);
  }
  if (name == "tokenizer.model") {
    return load_files(read_present(folder, {"tokenizer.model", "tokenizer_config.json",
                                            "special_tokens_map.json", "added_tokens.json"}),
                      folder);
  }
  std::string bytes = read_file(path);
  const std::size_t first = bytes.find_first_not_of(" \t\r\n");
  if (path.extension() == ".json" ||
      (path.extension() != ".model" && first != std::string::npos && bytes[first] == '{')) {
    return detail::load_tokenizer_json(path, {{"tokenizer.json", std::move(bytes)}});
  }
  detail::TokenizerFiles files = read_present(folder, {"tokenizer_config.json", "added_tokens.json"});
  files.insert(files.begin(), {"tokenizer.model", std::move(bytes)});
  return detail::load_sentencepiece(path, std::move(files));
}

}  // namespace

const std::string* detail::find_file(const TokenizerFiles& files, std::string_view name) {
  const auto found =
      std::find_if(files.begin(), files.end(), [&](const auto& file) { return file.first == name; });
  return found == files.end() ? nullptr : &found->second;
}

Json detail::read_object(const TokenizerFiles& files, const fs::path& folder, const char* name) {
  const std::string* bytes = find_file(files, name);
  if (bytes == nullptr) return Json::object();
  const std::string path = (folder / name).string();
  Json object = parse_unique_json(*bytes, path);
  if (!object.is_object()) throw DataError(path + ": not an object");
  return object;
}

std::shared_ptr<const Tokenizer> load_tokenizer(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) throw DataError(path.string() + ": no such tokenizer file or folder");
  return fs::is_directory(status) ? load_folder(path) : load_file(path);
}

bool has_tokenizer(const fs::path& folder) {
  constexpr std::array kFirst{"tokenizer.json", "vocab.json", "tokenizer.model"};
  return std::any_of(kFirst.begin(), kFirst.end(),
                     [&folder](const char* name) { return fs::exists(folder / name); });
}

std::shared_ptr<const Tokenizer> load_tokenizer_files(
    std::vector<std::pair<std::string, std::string>> files) {
  return load_files(std::move(files), "tokenizer");
}

SpecialTokens find_special_tokens(const Tokenizer& tokenizer, const ChatTemplate& chat) {
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
  if (chat.image_has_tokens) {
    special.vision_begin = find("<vision>");
    special.vision_end = find("</vision>");
    special.patch = find("<vpatch>");
  }
  if (!chat.row_separator.empty()) special.row_separator = find(chat.row_separator);
  special.seg = find("[SEG]");
  special.phrase_begin = find("<p>");
  special.phrase_end = find("</p>");
  for (int k = 0; k < kPromptTokens; ++k)
    special.prompts.push_back(find("<Prompt" + std::to_string(k) + ">"));
  if (!missing.empty()) throw DataError("the tokenizer lacks the tokens " + missing);
  return special;
}

}  // namespace pixelsail
