#pragma once

/// Text <-> token ids.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "families/chat_template.h"

namespace pixelsail {

/// Immutable after loading; safe to use from several threads.
class Tokenizer {
 public:
  virtual ~Tokenizer() = default;
  /// Special and added tokens inside the text are recognised. Invalid UTF-8 is a DataError.
  virtual std::vector<std::int64_t> encode(std::string_view text) const = 0;
  /// Throws DataError for an id outside the vocabulary.
  virtual std::string decode(const std::vector<std::int64_t>& ids, bool skip_special = false) const = 0;
  virtual std::optional<std::int64_t> token_to_id(std::string_view token) const = 0;
  /// Highest id + 1, added tokens included.
  virtual std::int64_t vocab_size() const = 0;
  /// Files to copy beside a checkpoint: (file name, bytes).
  virtual std::vector<std::pair<std::string, std::string>> files() const = 0;
};

/// A folder with tokenizer.json, with vocab.json and merges.txt, or with a sentencepiece tokenizer.model
/// (which is preferred to a tokenizer.json that is no byte-level BPE), or one of these files; vocab.json,
/// merges.txt and tokenizer.model then stand for themselves and the lists of added tokens beside them. Throws
/// DataError naming the file for anything missing or malformed.
std::shared_ptr<const Tokenizer> load_tokenizer(const std::filesystem::path& path);

/// Whether a folder has the first file of a tokenizer of any kind.
bool has_tokenizer(const std::filesystem::path& folder);

/// From files as Tokenizer::files() gives them. Throws DataError as load_tokenizer() does.
std::shared_ptr<const Tokenizer> load_tokenizer_files(std::vector<std::pair<std::string, std::string>> files);

/// Ids the model needs, looked up by name in the tokenizer. -1 where the family has no such token.
struct SpecialTokens {
  std::int64_t end_of_text = -1;                    ///< <|endoftext|>
  std::int64_t im_start = -1, im_end = -1;          ///< <|im_start|>, <|im_end|>
  std::int64_t vision_begin = -1, vision_end = -1;  ///< <vision>, </vision>
  std::int64_t patch = -1;                          ///< <vpatch>
  std::int64_t row_separator = -1;                  ///< <vrow_sep>
  std::int64_t seg = -1;                            ///< [SEG]
  std::int64_t phrase_begin = -1, phrase_end = -1;  ///< <p>, </p>
  std::vector<std::int64_t> prompts;                ///< <Prompt0> ... <Prompt14>
};
/// For a family of Pixel-SAIL: one whose image has no tokens needs none of <vision>, <vpatch>, </vision>, and
/// only one with a token between rows needs that. Throws DataError listing every token that is missing.
SpecialTokens find_special_tokens(const Tokenizer& tokenizer,
                                  const ChatTemplate& chat = chat_template("pixelsail"));

}  // namespace pixelsail
