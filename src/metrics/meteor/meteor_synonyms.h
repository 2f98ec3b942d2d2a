#pragma once

/// METEOR's third module: two words are synonyms when they share a synset. METEOR's dictionary is WordNet 3.0
/// in two text files; the same facts can come from WordNet's own files.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace pixelsail {

/// What METEOR asks of a dictionary. May be asked by several threads at once.
class SynonymSource {
 public:
  virtual ~SynonymSource();
  /// Appends the ids of the synsets of exactly this entry (lower case); false when there is no such entry.
  /// Ids of several parts of speech may be equal by chance, as they are in METEOR's files.
  virtual bool append_synsets(std::string_view entry, std::vector<std::uint32_t>& ids) const = 0;
  /// The base forms of an irregular form; empty when it is not listed.
  virtual std::vector<std::string> base_forms(std::string_view form) const = 0;
};

/// All synsets of a word (lower case), ascending, each once: those of the word itself and those of its base
/// forms. A word without irregular forms has at most one base form: that of the first of WordNet's detachment
/// rules which makes a known entry, nouns before verbs before adjectives; words of one or two characters and
/// those in "ss" have none.
std::vector<std::uint32_t> meteor_synsets(const SynonymSource& source, std::string_view word);

/// A text and the name that errors call it by.
struct NamedText {
  std::string name, text;
};

/// METEOR's files english.synsets (pairs of lines: word, synset ids) and english.exceptions (pairs of lines:
/// base form, its irregular forms). Of several entries of one word the last counts; base forms add up. Throws
/// DataError with file and line when the last pair is half or, on first use, when an id is no number.
std::unique_ptr<SynonymSource> meteor_synonym_files(NamedText synsets, const NamedText& exceptions);

}  // namespace pixelsail
