#pragma once

/// All ways in which words and phrases of two captions can stand for each other, by METEOR's four modules.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "metrics/meteor/meteor_lexicon.h"
#include "metrics/meteor/meteor_paraphrases.h"

namespace pixelsail {

/// In METEOR's order.
enum class MeteorModule : std::uint8_t { kExact, kStem, kSynonym, kParaphrase };
inline constexpr std::size_t kMeteorModules = 4;

/// Words [begin, begin + size) of each side stand for each other.
struct MeteorMatch {
  std::uint32_t hypothesis_begin = 0, hypothesis_size = 1;
  std::uint32_t reference_begin = 0, reference_size = 1;
  MeteorModule module = MeteorModule::kExact;
};

/// The matches of one pair of captions, and in how many each word takes part.
struct MeteorCandidates {
  /// By reference_begin; of one place in the order of modules.
  std::vector<MeteorMatch> matches;
  /// Those of place j are [first[j], first[j + 1]).
  std::vector<std::size_t> first;
  std::vector<std::uint32_t> hypothesis_coverage, reference_coverage;

  std::span<const MeteorMatch> at(std::size_t place) const {
    return std::span(matches).subspan(first[place], first[place + 1] - first[place]);
  }
};

/// Finds candidates. Keeps its memory between calls; one per thread.
class MeteorMatcher {
 public:
  /// Both must outlive the matcher; the lexicon must hold the words of all captions.
  MeteorMatcher(const MeteorLexicon& lexicon, const MeteorParaphrases& paraphrases);

  /// - exact: equal words;
  /// - stem: different words with one stem;
  /// - synonym: different words with a common synset;
  /// - paraphrase: entries of the table whose phrase stands in the reference and whose paraphrase in the
  ///   hypothesis, then the other way round; one match for each entry.
  /// When both captions are equal word by word, exact matches only. Valid until the next call. Throws
  /// DataError when the captions are too long to compare: 2^26 pairs of words or 2^24 matches.
  const MeteorCandidates& find(const MeteorSentence& hypothesis, const MeteorSentence& reference);

 private:
  void add(const MeteorMatch& match);
  template <class Fits>
  void add_words(MeteorModule module, Fits fits);
  void add_synonyms();
  void add_paraphrases(bool phrase_in_reference);
  void sort_by_place();

  const MeteorLexicon& lexicon_;
  const MeteorParaphrases& paraphrases_;
  const MeteorSentence* hypothesis_ = nullptr;
  const MeteorSentence* reference_ = nullptr;
  std::vector<MeteorMatch> found_;
  MeteorCandidates candidates_;
  /// By word of the lexicon: the first place of it in a caption.
  std::vector<std::uint32_t> first_place_;
  std::vector<MeteorParaphrases::Match> phrases_;
};

}  // namespace pixelsail
