#pragma once

/// Reader of a WordNet 3.0 database folder: index.{noun,verb,adj,adv}, data.{noun,verb,adj,adv} and the
/// exception lists {noun,verb,adj,adv}.exc (formats: the manual pages wndb(5WN) and morphy(7WN)). Debian
/// installs one as /usr/share/wordnet (package wordnet-base).
///
/// Which synsets a word has is a matter of morphology, and here it is that of NLTK 3.10
/// (nltk.corpus.wordnet.synsets): a word is lower-cased; for each part of speech its forms are the word
/// itself, then those of the exception list or, for a word that is not in it, those that one detachment rule
/// makes; of these the ones that the index of the part of speech knows count.

#include <array>
#include <compare>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace pixelsail {

/// In NLTK's order. Satellite adjectives live in the files of the adjectives and are kAdjective here.
enum class PartOfSpeech : std::uint8_t { kNoun, kVerb, kAdjective, kAdverb };
inline constexpr std::array<PartOfSpeech, 4> kPartsOfSpeech{PartOfSpeech::kNoun, PartOfSpeech::kVerb,
                                                            PartOfSpeech::kAdjective, PartOfSpeech::kAdverb};

/// A synset of one database: a place in its data file of this part of speech. Stable as long as the files
/// are.
struct SynsetId {
  PartOfSpeech part_of_speech = PartOfSpeech::kNoun;
  /// Bytes from the start of the data file.
  std::uint32_t offset = 0;
  auto operator<=>(const SynsetId&) const = default;
};

/// A word of a synset as the data file spells it: with capitals, "_" between the words of a collocation.
struct WordNetLemma {
  std::string name;
  /// "(p)", "(a)" or "(ip)" behind an adjective that stands only there in a sentence; not part of the name.
  std::string marker;
  bool operator==(const WordNetLemma&) const = default;
};

/// Reads the index and exception files at once; lines of the data files are read when they are asked for.
/// Const functions may be called from several threads. Words are UTF-8. All functions throw DataError naming
/// file and line where a file is missing or malformed, and where a word is not valid UTF-8.
class WordNet {
 public:
  /// Throws DataError as well when an index is not in byte order, by which it is searched.
  explicit WordNet(const std::filesystem::path& folder);
  ~WordNet();
  WordNet(WordNet&&) noexcept;
  WordNet& operator=(WordNet&&) noexcept;

  /// All synsets of a word in any form: by part of speech, then form, then in the order of the index. One
  /// that two forms share is there twice.
  std::vector<SynsetId> synsets(std::string_view word) const;

  /// The forms of `word` (in lower case) that the index knows for this part of speech: itself first.
  std::vector<std::string> base_forms(std::string_view word, PartOfSpeech part_of_speech) const;

  /// Base forms in the exception list, known to the index or not. Of several lines with one word the last
  /// counts. Empty for a word that is not listed.
  std::vector<std::string> exceptions(std::string_view word, PartOfSpeech part_of_speech) const;

  /// Synsets of exactly this entry of the index (lower case, "_" for spaces); empty when there is none.
  std::vector<SynsetId> entry(std::string_view lemma, PartOfSpeech part_of_speech) const;

  /// The words of a synset in the order of the file. Throws DataError when there is no synset at that place.
  std::vector<WordNetLemma> lemmas(const SynsetId& synset) const;

 private:
  struct Files;
  const Files& files(PartOfSpeech part_of_speech) const;
  std::array<std::unique_ptr<Files>, kPartsOfSpeech.size()> files_;
};

}  // namespace pixelsail
