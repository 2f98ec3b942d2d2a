#pragma once

/// The words of the captions that are scored, each once, with what METEOR's modules ask about a word.

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "metrics/meteor/meteor_stemmer.h"
#include "metrics/meteor/meteor_synonyms.h"

namespace pixelsail {

/// Numbers distinct strings from 0 on. Finding one costs little more than reading it.
class WordIds {
 public:
  static constexpr std::uint32_t kUnknown = 0xFFFFFFFF;

  std::size_t size() const { return words_.size(); }
  const std::string& word(std::uint32_t id) const { return words_[id]; }
  /// kUnknown when it was not added.
  std::uint32_t find(std::string_view word) const;
  /// The number of a word, new or known.
  std::uint32_t add(std::string_view word);

 private:
  struct Slot {
    std::uint32_t hash = 0, id = kUnknown;
  };
  /// Where the word is, or the free slot where it belongs.
  std::size_t slot_of(std::string_view word, std::uint32_t hash) const;
  void grow();

  std::vector<std::string> words_;
  std::vector<Slot> slots_;
};

/// A word as the modules see it.
struct MeteorWord {
  /// METEOR compares words and stems by a 32-bit hash of their UTF-16 units and takes equal hashes for equal
  /// words.
  std::uint32_t key = 0, stem_key = 0;
  bool is_function_word = false;
  /// Ascending.
  std::vector<std::uint32_t> synsets;
};

/// A caption as numbers of its words.
using MeteorSentence = std::vector<std::uint32_t>;

class MeteorLexicon {
 public:
  /// Both must outlive the lexicon.
  MeteorLexicon(const std::unordered_set<std::string>& function_words, const SynonymSource& synonyms)
      : function_words_(function_words), synonyms_(synonyms) {}

  /// The words of a normalized line, added where they are new.
  MeteorSentence add(std::string_view normalized_line);
  const WordIds& ids() const { return ids_; }
  const MeteorWord& operator[](std::uint32_t id) const { return words_[id]; }

 private:
  const std::unordered_set<std::string>& function_words_;
  const SynonymSource& synonyms_;
  detail::EnglishStemmer stemmer_;
  WordIds ids_;
  std::vector<MeteorWord> words_;
};

/// The hash above: h = 31 h + u over the UTF-16 units u, modulo 2^32. `word` is valid UTF-8.
std::uint32_t utf16_hash(std::string_view word);

}  // namespace pixelsail
