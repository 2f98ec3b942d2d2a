#pragma once

/// Tokenizers of the other kinds (tokenizer_target.h has tokenizer.json), and what a user writes to a model.

#include <string>

#include "mutator.h"

namespace pixelsail::fuzz {

/// Kinds "vocab", "config", "added", "special" and "merges" of a Qwen2 folder.
Material qwen2_material();
void run_qwen2(const std::string& input);

/// A sentencepiece model.
Material sentencepiece_material();
void run_sentencepiece(const std::string& input);

/// Questions and answers through the chat template of each family; an empty line divides turns.
Material chat_material();
void run_chat(const std::string& input);

/// "box:..", "point:.." and "scribble:..".
Material region_material();
void run_region(const std::string& input);

}  // namespace pixelsail::fuzz
