#pragma once

/// Dictionaries of caption metrics.

#include <string>

#include "mutator.h"

namespace pixelsail::fuzz {

/// Kinds "data", "index" and "exc".
Material wordnet_material();
void run_wordnet(const std::string& input);

/// Kinds "words", "prefixes", "synsets", "exceptions" and "paraphrases".
Material meteor_material();
void run_meteor(const std::string& input);

/// A packed table of paraphrases, or anything else that gzip would be.
Material gzip_material();
void run_gzip(const std::string& input);

}  // namespace pixelsail::fuzz
