#include "metrics/meteor/meteor_stemmer.h"

#include <libstemmer.h>

#include <limits>

#include "pixelsail/error.h"

namespace pixelsail::detail {

EnglishStemmer::EnglishStemmer() : stemmer_(sb_stemmer_new("english", "UTF_8")) {
  if (stemmer_ == nullptr) throw RunError("libstemmer has no English stemmer for UTF-8");
}

EnglishStemmer::~EnglishStemmer() {
  sb_stemmer_delete(stemmer_);
}

std::string EnglishStemmer::stem(std::string_view word) {
  if (word.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
    throw RunError("a word of " + std::to_string(word.size()) + " bytes cannot be stemmed");
  }
  const auto* symbols = reinterpret_cast<const sb_symbol*>(word.data());
  const sb_symbol* stem = sb_stemmer_stem(stemmer_, symbols, static_cast<int>(word.size()));
  if (stem == nullptr)
    throw RunError("no memory to stem a word of " + std::to_string(word.size()) + " bytes");
  return {reinterpret_cast<const char*>(stem), static_cast<std::size_t>(sb_stemmer_length(stemmer_))};
}

}  // namespace pixelsail::detail
