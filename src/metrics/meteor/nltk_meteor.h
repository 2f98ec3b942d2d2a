#pragma once

/// METEOR as the Python package NLTK 3.10 computes it (nltk.translate.meteor_score with its defaults), the
/// variant that PerBench's detailed captions are scored by. It is not METEOR 1.5, the program behind the
/// numbers of region captioning: same sentences, quite different numbers. Never compare the two.
///
///   words      split at white space only (punctuation stays where it is glued), then lower-cased
///   matching   three stages over the words not matched so far, each from the last word of the hypothesis to its
///              first, taking the last free word of the reference that fits:
///                1. the same word; 2. the same stem (porter_stemmer.h);
///                3. the stem of the reference word is the hypothesis' stem, or a word (no collocation, capitals
///                   as WordNet has them) of a WordNet synset of the hypothesis' stem. Stems, because the
///                   second stage hands on what it compared.
///   score      m matches, h and r words: P = m / h, R = m / r, Fmean = P R / (alpha P + (1 - alpha) R);
///              chunks = runs of matches adjacent on both sides;
///              score = (1 - gamma (chunks / m)^beta) Fmean; 0 where nothing matches
///
/// alpha = 0.9, beta = 3, gamma = 0.5. A sentence against itself scores 1 - 0.5 / m^3, not 1.
///
/// The score is not symmetric, and PerBench's published script hands the prediction over as the reference and
/// the ground truth as the hypothesis. The two named functions tell the orientations apart. (The same script
/// swaps the arguments of CIDEr and BLEU too; see cider.h.)

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace pixelsail {

class WordNet;

/// Stems and synonyms of the words met so far, for many sentences that share words. Grows with the number of
/// different words. For one thread at a time; scores do not depend on what is in it.
class NltkMeteorCache {
 public:
  /// `wordnet` must outlive the cache.
  explicit NltkMeteorCache(const WordNet& wordnet) : wordnet_(&wordnet) {}
  NltkMeteorCache(const NltkMeteorCache&) = delete;
  NltkMeteorCache& operator=(const NltkMeteorCache&) = delete;

  /// A number for each different word.
  std::uint32_t id(std::string_view word);
  /// Number of the stem of a word.
  std::uint32_t stem(std::uint32_t word);
  /// Numbers of the words of all synsets of a word, itself among them.
  std::span<const std::uint32_t> synonyms(std::uint32_t word);

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  struct Entry {
    const std::string* word = nullptr;
    std::int64_t stem = -1;
    std::vector<std::uint32_t> synonyms;
  };

  const WordNet* wordnet_;
  std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>> ids_;
  std::vector<Entry> entries_;
};

/// Score in 0..1 of one hypothesis against one reference. Throws DataError where a text is not valid UTF-8.
double nltk_meteor(std::string_view reference, std::string_view hypothesis, NltkMeteorCache& cache);

/// The published protocol of PerBench: the prediction takes the place of the reference. With several ground
/// truths the best score counts.
double nltk_meteor_perbench(std::string_view prediction, std::span<const std::string> ground_truths,
                            NltkMeteorCache& cache);

/// As the metric is meant: the ground truths are references, the prediction is the hypothesis; the best score
/// counts (nltk's meteor_score).
double nltk_meteor_unswapped(std::string_view prediction, std::span<const std::string> ground_truths,
                             NltkMeteorCache& cache);

}  // namespace pixelsail
