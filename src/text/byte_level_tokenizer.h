#pragma once

/// Byte-level BPE in the Qwen2 layout: added tokens, NFC, the Qwen2 pre-tokenizer, byte pairs.

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "text/byte_pair_encoder.h"
#include "text/loaders.h"
#include "text/special_token_splitter.h"
#include "text/tokenizer.h"

namespace pixelsail::detail {

struct ByteLevelParts {
  BpeVocabulary vocabulary;
  std::vector<AddedToken> added;
  bool nfc = true;
  std::string added_place;  ///< where the added tokens come from, for error messages
};

/// Throws DataError for parts that contradict each other.
std::shared_ptr<const Tokenizer> make_byte_level_tokenizer(ByteLevelParts parts, TokenizerFiles files);

}  // namespace pixelsail::detail
