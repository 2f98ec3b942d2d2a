#pragma once

/// What METEOR knows about English: function words, abbreviations, synonyms, paraphrases. Its authors' files
/// are read where they are given; without them function words and abbreviations are lists of our own and
/// synonyms come from WordNet, and the scores differ a little from published ones.

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>

#include "metrics/meteor/meteor_normalizer.h"
#include "metrics/meteor/meteor_paraphrases.h"
#include "metrics/meteor/meteor_synonyms.h"

namespace pixelsail {

/// Where the data is. All are optional.
struct MeteorFiles {
  /// Folder with english.words, english.prefixes, english.synsets and english.exceptions: all in it, or in
  /// function/, nonbreaking/ and synonym/ as in METEOR's resources/.
  std::optional<std::filesystem::path> data_directory;
  /// The table, gzip or plain. Where it lies as in pycocoevalcap, as data/paraphrase-en.gz beside
  /// meteor-1.5.jar, and no `data_directory` is given, the other files are read from that jar.
  std::optional<std::filesystem::path> paraphrases;
  /// Used when neither gives synonyms.
  std::filesystem::path wordnet_directory = "/usr/share/wordnet";
};

/// What was used, for reports.
struct MeteorSources {
  std::string function_words, abbreviations, synonyms, paraphrases;
  /// All of it METEOR's own: scores are those of the original program.
  bool is_original = false;
  bool operator==(const MeteorSources&) const = default;
};

class MeteorData {
 public:
  /// Reads everything but the paraphrases. Throws DataError naming the file (and line) when one is missing or
  /// malformed.
  static MeteorData load(const MeteorFiles& files);

  const std::unordered_set<std::string>& function_words() const { return function_words_; }
  const MeteorAbbreviations& abbreviations() const { return abbreviations_; }
  const SynonymSource& synonyms() const { return *synonyms_; }
  /// The entries of the table that captions of these words can use; none when no table is given.
  MeteorParaphrases read_paraphrases(const WordIds& words) const;
  const MeteorSources& sources() const { return sources_; }

 private:
  MeteorData() = default;
  void use_texts(const NamedText& words, const NamedText& prefixes, NamedText synsets,
                 const NamedText& exceptions);
  void use_built_in(const std::filesystem::path& wordnet_directory);

  std::unordered_set<std::string> function_words_;
  MeteorAbbreviations abbreviations_;
  std::unique_ptr<SynonymSource> synonyms_;
  std::optional<std::filesystem::path> paraphrases_;
  MeteorSources sources_;
};

}  // namespace pixelsail
