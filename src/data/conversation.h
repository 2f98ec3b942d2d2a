#pragma once

/// What people and model say in turn, as training files have it.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pixelsail/mask.h"

namespace pixelsail {

/// One question and its answer, as a data set holds it.
struct SampleTurn {
  std::string question;
  std::string answer;
  /// One mask per [SEG] of this turn at the original image size; absent: a turn without masks.
  std::optional<std::vector<Mask>> masks;
};

/// One entry of a conversation, before anything is cleaned.
struct Utterance {
  bool is_human = false;
  std::string text;
  std::optional<std::vector<Mask>> masks = std::nullopt;  ///< of an answer
};

inline Utterance human(std::string text) {
  return {.is_human = true, .text = std::move(text)};
}
inline Utterance gpt(std::string text) {
  return {.is_human = false, .text = std::move(text)};
}
inline Utterance gpt(std::string text, std::vector<Mask> masks) {
  return {.is_human = false, .text = std::move(text), .masks = std::move(masks)};
}

/// The turns of a conversation, as the published training reads it: answers in front of the first question are left
/// out; of questions the marks "<image>" go, with the line end beside them, and the white space at both ends; questions
/// in a row are joined without anything between them; an answer without a question gets an empty one; a last question
/// without an answer is left out.
std::vector<SampleTurn> turns_of(const std::vector<Utterance>& conversation);

}  // namespace pixelsail
