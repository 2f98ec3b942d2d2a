#pragma once

/// New special tokens for a tokenizer: the step from a language model's vocabulary to one with image, mask
/// and prompt tokens.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "text/tokenizer.h"

namespace pixelsail {

/// What Pixel-SAIL needs beyond a language model, in the order in which the published code adds it: <vision>,
/// <vpatch>, </vision>, [SEG], <p>, </p>, <Prompt0> ... <Prompt14>, <NO_Prompt>.
std::vector<std::string> pixelsail_tokens();

/// The tokenizer with these special tokens. One it does not know gets the next free id, from vocab_size() on
/// or from `first_id`; one it knows keeps its id, and from now on is found in texts as a whole. The files()
/// of the result hold them: `added_tokens` of tokenizer.json, else `added_tokens_decoder` of
/// tokenizer_config.json and added_tokens.json; those of the three that exist beside tokenizer.json, too.
/// Keys are sorted anew. The library "tokenizers" numbers added tokens without gaps: it agrees only when
/// `first_id` leaves none. Throws DataError for an empty name, one that is not UTF-8, and a `first_id` below
/// vocab_size().
std::shared_ptr<const Tokenizer> extend_tokenizer(const Tokenizer& tokenizer,
                                                  const std::vector<std::string>& names,
                                                  std::optional<std::int64_t> first_id = std::nullopt);

}  // namespace pixelsail
