#include "metrics/meteor/nltk_meteor.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "io/python_strings.h"
#include "metrics/porter_stemmer.h"
#include "metrics/wordnet/wordnet.h"

namespace pixelsail {
namespace {

// Defaults of nltk.translate.meteor_score.
constexpr double kAlpha = 0.9, kBeta = 3.0, kGamma = 0.5;

struct Word {
  std::uint32_t position = 0, id = 0;
};
using Words = std::vector<Word>;

struct Match {
  std::uint32_t hypothesis = 0, reference = 0;
};

Words read_words(std::string_view text, NltkMeteorCache& cache) {
  Words words;
  for (const std::string_view part : detail::python_split(text)) {
    const std::uint32_t id = cache.id(detail::python_lower(part));
    words.push_back({static_cast<std::uint32_t>(words.size()), id});
  }
  return words;
}

/// The free words of the reference by their number, to be taken from the last to the first.
class FreeWords {
 public:
  explicit FreeWords(const Words& reference) {
    for (std::size_t i = 0; i < reference.size(); ++i) places_[reference[i].id].push_back(i);
  }
  /// Place of the last free word with this number; -1 when there is none.
  std::int64_t last(std::uint32_t id) const {
    const auto found = places_.find(id);
    if (found == places_.end() || found->second.empty()) return -1;
    return static_cast<std::int64_t>(found->second.back());
  }
  void take(std::uint32_t id) { places_.at(id).pop_back(); }

 private:
  std::unordered_map<std::uint32_t, std::vector<std::size_t>> places_;
};

/// One stage: matches words of the hypothesis, from the last to the first, with the last free word of the
/// reference whose number is among `alternatives(hypothesis word)`; what is matched leaves both lists.
template <typename Alternatives>
void match_stage(Words& hypothesis, Words& reference, std::vector<Match>& matches,
                 Alternatives alternatives) {
  if (hypothesis.empty() || reference.empty()) return;
  FreeWords free(reference);
  std::vector<bool> hypothesis_taken(hypothesis.size()), reference_taken(reference.size());
  for (std::size_t i = hypothesis.size(); i-- > 0;) {
    std::int64_t best = -1;
    std::uint32_t best_id = 0;
    for (const std::uint32_t id : alternatives(hypothesis[i].id)) {
      const std::int64_t place = free.last(id);
      if (place <= best) continue;
      best = place;
      best_id = id;
    }
    if (best < 0) continue;
    const auto place = static_cast<std::size_t>(best);
    free.take(best_id);
    hypothesis_taken[i] = reference_taken[place] = true;
    matches.push_back({hypothesis[i].position, reference[place].position});
  }
  const auto drop = [](Words& words, const std::vector<bool>& taken) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (!taken[i]) words[kept++] = words[i];
    }
    words.resize(kept);
  };
  drop(hypothesis, hypothesis_taken);
  drop(reference, reference_taken);
}

std::vector<Match> align(Words hypothesis, Words reference, NltkMeteorCache& cache) {
  const auto itself = [](const std::uint32_t& id) { return std::span(&id, 1); };
  std::vector<Match> matches;
  match_stage(hypothesis, reference, matches, itself);
  for (Words* words : {&hypothesis, &reference}) {
    for (Word& word : *words) word.id = cache.stem(word.id);
  }
  match_stage(hypothesis, reference, matches, itself);
  match_stage(hypothesis, reference, matches, [&cache](std::uint32_t id) { return cache.synonyms(id); });
  std::ranges::sort(matches, {}, &Match::hypothesis);
  return matches;
}

std::size_t count_chunks(std::span<const Match> matches) {
  std::size_t chunks = matches.empty() ? 0 : 1;
  for (std::size_t i = 1; i < matches.size(); ++i) {
    const Match &before = matches[i - 1], &here = matches[i];
    const bool adjacent = here.hypothesis == before.hypothesis + 1 && here.reference == before.reference + 1;
    if (!adjacent) ++chunks;
  }
  return chunks;
}

}  // namespace

std::uint32_t NltkMeteorCache::id(std::string_view word) {
  if (const auto found = ids_.find(word); found != ids_.end()) return found->second;
  const auto number = static_cast<std::uint32_t>(entries_.size());
  const auto place = ids_.emplace(word, number).first;
  entries_.push_back({.word = &place->first});
  return number;
}

std::uint32_t NltkMeteorCache::stem(std::uint32_t word) {
  if (entries_.at(word).stem < 0) {
    const std::uint32_t number = id(detail::porter_stem(*entries_[word].word));
    entries_[word].stem = number;
  }
  return static_cast<std::uint32_t>(entries_[word].stem);
}

std::span<const std::uint32_t> NltkMeteorCache::synonyms(std::uint32_t word) {
  if (entries_.at(word).synonyms.empty()) {
    std::vector<std::uint32_t> found{word};
    for (const SynsetId& synset : wordnet_->synsets(*entries_[word].word)) {
      for (const WordNetLemma& lemma : wordnet_->lemmas(synset)) {
        if (lemma.name.find('_') == std::string::npos) found.push_back(id(lemma.name));
      }
    }
    std::ranges::sort(found);
    found.erase(std::unique(found.begin(), found.end()), found.end());
    entries_[word].synonyms = std::move(found);
  }
  return entries_[word].synonyms;
}

double nltk_meteor(std::string_view reference, std::string_view hypothesis, NltkMeteorCache& cache) {
  const Words reference_words = read_words(reference, cache),
              hypothesis_words = read_words(hypothesis, cache);
  const std::vector<Match> matches = align(hypothesis_words, reference_words, cache);
  if (matches.empty()) return 0.0;
  const auto count = static_cast<double>(matches.size());
  const double precision = count / static_cast<double>(hypothesis_words.size());
  const double recall = count / static_cast<double>(reference_words.size());
  const double fmean = precision * recall / (kAlpha * precision + (1 - kAlpha) * recall);
  const double fragmentation = static_cast<double>(count_chunks(matches)) / count;
  return (1 - kGamma * std::pow(fragmentation, kBeta)) * fmean;
}

double nltk_meteor_perbench(std::string_view prediction, std::span<const std::string> ground_truths,
                            NltkMeteorCache& cache) {
  double best = 0.0;
  for (const std::string& truth : ground_truths) best = std::max(best, nltk_meteor(prediction, truth, cache));
  return best;
}

double nltk_meteor_unswapped(std::string_view prediction, std::span<const std::string> ground_truths,
                             NltkMeteorCache& cache) {
  double best = 0.0;
  for (const std::string& truth : ground_truths) best = std::max(best, nltk_meteor(truth, prediction, cache));
  return best;
}

}  // namespace pixelsail
