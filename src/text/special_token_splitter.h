#pragma once

/// Tokens that are cut out of a text before anything else is done to it: <|im_start|>, [SEG], ...

#include <array>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "text/byte_trie.h"
#include "text/loaders.h"

namespace pixelsail::detail {

struct AddedToken {
  std::string content;
  std::int64_t id = -1;
  bool special = false;      ///< left out by decode(..., skip_special = true)
  bool normalized = false;   ///< looked for in the normalized text, not in the text as given
  bool lstrip = false;       ///< takes the white space before it along
  bool rstrip = false;       ///< and after it
  bool single_word = false;  ///< only where no word character touches it
};

/// One object of `added_tokens` (tokenizer.json) or of `added_tokens_decoder` (tokenizer_config.json); flags
/// that are absent are false. Throws DataError with `where`.
AddedToken parse_added_token(const nlohmann::json& object, std::int64_t id, const std::string& where);

/// Added tokens of a tokenizer without tokenizer.json: from `added_tokens_decoder` of tokenizer_config.json,
/// else from added_tokens.json, where the ones named in special_tokens_map.json are special. Empty when there
/// is neither. Throws DataError naming the file in `folder`, where the files come from.
std::vector<AddedToken> read_added_tokens(const TokenizerFiles& files, const std::filesystem::path& folder);

/// Throws DataError with `where` for an empty or repeated content, a repeated id, or text that is not UTF-8.
void check_added_tokens(const std::vector<AddedToken>& tokens, const std::string& where);

/// Finds added tokens: from left to right, at each place the longest.
class SpecialTokenSplitter {
 public:
  explicit SpecialTokenSplitter(const std::vector<AddedToken>& tokens);

  struct Part {
    std::string_view text;  ///< of `text` given to split()
    std::int64_t id = -1;   ///< of an added token; -1: plain text
  };
  /// The whole text in order (valid UTF-8); plain parts are never empty.
  std::vector<Part> split(std::string_view text) const;

 private:
  // Index of the longest token at `offset`, -1 when none.
  int longest_at(std::string_view text, std::size_t offset) const;

  std::vector<AddedToken> tokens_;
  ByteTrie trie_;                        // content -> index into tokens_
  std::array<bool, 256> first_bytes_{};  // whether a token begins with the byte
};

}  // namespace pixelsail::detail
