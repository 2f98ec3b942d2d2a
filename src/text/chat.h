#pragma once

/// Turns of a conversation about one image -> the token sequence of a family of models, by default
/// Pixel-SAIL's:
///   <vision> <vpatch> x (h*w) </vision>  then for each turn
///   <|im_start|>user\n{question}<|im_end|>\n{answer}<|endoftext|>
/// with nothing between turns, no system text, no assistant header. Question part and answer part are
/// tokenized separately, so that a prompt at inference gives the same ids as in training.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/sequence.h"
#include "families/chat_template.h"
#include "pixelsail/error.h"
#include "text/tokenizer.h"

namespace pixelsail {

/// Stands in a sequence for each vector of an image that has no tokens (ChatTemplate::image_has_tokens). The
/// published code writes it once, for the whole image.
inline constexpr std::int64_t kImageTokenId = -200;

struct Turn {
  std::string question;
  /// Absent in the last turn when an answer is wanted.
  std::optional<std::string> answer;
  /// With an absent answer: text that the answer is made to begin with.
  std::string answer_prefix;
};

/// A sequence that has more tokens than the model takes.
class SequenceTooLong : public DataError {
 public:
  using DataError::DataError;
};

/// What training data may do that a user's question may not.
struct TurnRules {
  bool empty_questions = false;  ///< a turn with an answer may ask nothing
  /// Of a sequence that is too long the last turns are left out, whole; the number of `seg_counts` says how many stay.
  bool leave_out_turns = false;
  /// No turn at all: the image alone, or nothing.
  bool no_turns = false;
};

/// grid_h * grid_w == 0: no image. Positions: with s = index of the first patch, patch (r, c) has (s+r, s+c);
/// text after the image starts at s+max(h, w) and counts on, </vision> included; before it, in pure text, and
/// in families without grid positions both are the token index. Tokens that `chat` names are looked up when
/// they are needed; of `special` only [SEG] is used, to count it. Throws DataError for an empty question, a
/// token that the tokenizer lacks or that stands for the image in a text, a <PromptN> in the text with N >=
/// prompt_count (names it); SequenceTooLong for a sequence longer than max_length (says both lengths).
TokenSequence build_sequence(const Tokenizer& tokenizer, const SpecialTokens& special,
                             const std::vector<Turn>& turns, int grid_h, int grid_w, int prompt_count,
                             std::int64_t max_length, const ChatTemplate& chat = chat_template("pixelsail"),
                             const TurnRules& rules = {});

/// The text of a generated answer: ids up to <|endoftext|> or <|im_end|>, special tokens kept ("It is
/// [SEG].").
std::string answer_text(const Tokenizer& tokenizer, const SpecialTokens& special,
                        const std::vector<std::int64_t>& ids);

/// The same for any family: ids up to the first of its stop tokens, without the text that begins its answers.
std::string answer_text(const Tokenizer& tokenizer, const ChatTemplate& chat,
                        const std::vector<std::int64_t>& ids);

}  // namespace pixelsail
