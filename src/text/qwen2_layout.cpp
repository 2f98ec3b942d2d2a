// Reads the older layout of Qwen2 tokenizers: vocab.json, merges.txt and tokenizer_config.json.

#include <sstream>

#include "io/json.h"
#include "pixelsail/error.h"
#include "text/byte_level_tokenizer.h"
#include "text/loaders.h"

namespace pixelsail::detail {
namespace {

// The text of a file that has to be there.
const std::string& require_file(const TokenizerFiles& files, const std::filesystem::path& path) {
  const std::string* bytes = find_file(files, path.filename().string());
  if (bytes == nullptr) throw DataError(path.string() + ": no such file");
  return *bytes;
}

void check_class(const TokenizerFiles& files, const std::filesystem::path& path) {
  const Json config = parse_unique_json(require_file(files, path), path.string());
  if (!config.is_object()) throw DataError(path.string() + ": not an object");
  const std::string& name = json_string(config, "tokenizer_class", path.string());
  if (name != "Qwen2Tokenizer" && name != "Qwen2TokenizerFast") {
    throw DataError(path.string() + ": tokenizer_class \"" + name +
                    "\" is not supported with vocab.json and merges.txt");
  }
}

void read_merges(const std::string& text, const std::filesystem::path& path, BpeVocabulary& vocabulary) {
  std::istringstream lines(text);
  std::vector<std::size_t> numbers;
  std::size_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.empty() || (number == 1 && line.rfind("#version", 0) == 0)) continue;
    const std::size_t space = line.find(' ');
    if (space == std::string::npos || space == 0 || space + 1 == line.size() ||
        line.find(' ', space + 1) != std::string::npos) {
      throw DataError(path.string() + ":" + std::to_string(number) + ": not a pair of tokens");
    }
    vocabulary.merges.emplace_back(line.substr(0, space), line.substr(space + 1));
    numbers.push_back(number);
  }
  vocabulary.merge_place = [name = path.string(), numbers](std::size_t i) {
    return name + ":" + std::to_string(numbers.at(i));
  };
}

}  // namespace

std::shared_ptr<const Tokenizer> load_qwen2_layout(const std::filesystem::path& path, TokenizerFiles files) {
  const std::filesystem::path folder = path.parent_path(), vocab_path = folder / "vocab.json",
                              merges_path = folder / "merges.txt";
  check_class(files, folder / "tokenizer_config.json");
  ByteLevelParts parts;
  const Json vocab = parse_unique_json(require_file(files, vocab_path), vocab_path.string());
  if (!vocab.is_object()) throw DataError(vocab_path.string() + ": not an object");
  parts.vocabulary.vocab_place = vocab_path.string();
  for (const auto& [token, id] : vocab.items()) {
    if (!id.is_number_integer()) throw DataError(vocab_path.string() + "[\"" + token + "\"]: not an integer");
    parts.vocabulary.ids.emplace(token, id.get<std::int64_t>());
  }
  read_merges(require_file(files, merges_path), merges_path, parts.vocabulary);
  parts.added = read_added_tokens(files, folder);
  parts.added_place = folder.string();
  return make_byte_level_tokenizer(std::move(parts), std::move(files));
}

}  // namespace pixelsail::detail
