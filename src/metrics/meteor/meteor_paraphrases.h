#pragma once

/// METEOR's paraphrase table: entries of three lines (a probability that is not used, a phrase, a paraphrase
/// of it), usually packed with gzip. The English one has 5.3 million entries in 270 MB; only those that the
/// captions can use are kept.

#include <cstdint>
#include <filesystem>
#include <span>
#include <unordered_map>
#include <vector>

#include "metrics/meteor/meteor_lexicon.h"

namespace pixelsail {

class MeteorParaphrases {
 public:
  /// No entries.
  MeteorParaphrases() = default;
  /// Keeps the entries whose words are all in `words`: no other one can match in a caption of these words.
  /// `path`: a gzip file or plain text. Entries that are there twice count twice, as METEOR counts them.
  /// Throws DataError with the line when the file is damaged, ends inside an entry, or has a phrase without
  /// words.
  MeteorParaphrases(const std::filesystem::path& path, const WordIds& words);

  /// Entries that were kept.
  std::size_t size() const { return entries_.size(); }

  struct Match {
    /// Words of the phrase.
    std::uint32_t phrase_size = 0;
    std::span<const std::uint32_t> paraphrase;
  };
  /// Replaces `matches` by the entries whose phrase stands at the beginning of `words`: shorter phrases
  /// first, then in the order of the file. Valid as long as the table.
  void find(std::span<const std::uint32_t> words, std::vector<Match>& matches) const;

 private:
  struct Entry {
    std::uint32_t node = 0, begin = 0, size = 0;
  };
  std::uint32_t node_of(std::span<const std::uint32_t> phrase);
  /// Puts the entries of one phrase side by side.
  void sort_by_phrase();

  /// A phrase is a node of a tree with a word on each edge; the root is 0. Keys: node and word.
  std::unordered_map<std::uint64_t, std::uint32_t> children_;
  std::uint32_t node_count_ = 1;
  /// Sorted by node; those of node n begin at first_entry_[n].
  std::vector<Entry> entries_;
  std::vector<std::uint32_t> first_entry_;
  /// The words of all paraphrases.
  std::vector<std::uint32_t> words_;
};

}  // namespace pixelsail
