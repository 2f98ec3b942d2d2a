#pragma once

/// The reader of tokenizer.json, followed by a short text through what it made.

#include <string>

#include "mutator.h"

namespace pixelsail::fuzz {

Material tokenizer_material();

/// Throws std::logic_error when a tokenizer loads and then contradicts itself.
void run_tokenizer(const std::string& input);

}  // namespace pixelsail::fuzz
