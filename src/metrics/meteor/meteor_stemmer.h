#pragma once

/// The stemmer of METEOR's second module: Snowball's English one (Porter 2).

#include <string>
#include <string_view>

struct sb_stemmer;

namespace pixelsail::detail {

/// Not for several threads at once.
class EnglishStemmer {
 public:
  /// Throws RunError when the library has no English stemmer.
  EnglishStemmer();
  ~EnglishStemmer();
  EnglishStemmer(const EnglishStemmer&) = delete;
  EnglishStemmer& operator=(const EnglishStemmer&) = delete;

  /// `word`: lower case, UTF-8. Throws RunError when there is no memory.
  std::string stem(std::string_view word);

 private:
  sb_stemmer* stemmer_;
};

}  // namespace pixelsail::detail
