#include "metrics/meteor/meteor_matches.h"

#include <algorithm>
#include <string>

#include "pixelsail/error.h"

namespace pixelsail {
namespace {

constexpr std::uint32_t kNowhere = 0xFFFFFFFF;
constexpr std::size_t kMaxPairs = std::size_t{1} << 26U, kMaxMatches = std::size_t{1} << 24U;

bool have_common_element(const std::vector<std::uint32_t>& a, const std::vector<std::uint32_t>& b) {
  for (auto x = a.begin(), y = b.begin(); x != a.end() && y != b.end();) {
    if (*x == *y) return true;
    if (*x < *y) {
      ++x;
    } else {
      ++y;
    }
  }
  return false;
}

/// The number of each word among the different words of a sentence, and those.
struct Distinct {
  explicit Distinct(const MeteorSentence& sentence) : words(sentence) {
    std::ranges::sort(words);
    words.erase(std::unique(words.begin(), words.end()), words.end());
    for (const std::uint32_t word : sentence) {
      index.push_back(static_cast<std::size_t>(std::ranges::lower_bound(words, word) - words.begin()));
    }
  }
  std::vector<std::uint32_t> words;
  std::vector<std::size_t> index;
};

bool stands_at(const MeteorSentence& sentence, std::size_t place, std::span<const std::uint32_t> phrase) {
  return phrase.size() <= sentence.size() - place &&
         std::equal(phrase.begin(), phrase.end(), sentence.begin() + static_cast<std::ptrdiff_t>(place));
}

}  // namespace

MeteorMatcher::MeteorMatcher(const MeteorLexicon& lexicon, const MeteorParaphrases& paraphrases)
    : lexicon_(lexicon), paraphrases_(paraphrases), first_place_(lexicon.ids().size(), kNowhere) {}

const MeteorCandidates& MeteorMatcher::find(const MeteorSentence& hypothesis,
                                            const MeteorSentence& reference) {
  if (!reference.empty() && hypothesis.size() > kMaxPairs / reference.size()) {
    throw DataError("captions of " + std::to_string(hypothesis.size()) + " and " +
                    std::to_string(reference.size()) + " words are too long for METEOR");
  }
  hypothesis_ = &hypothesis;
  reference_ = &reference;
  found_.clear();
  candidates_.hypothesis_coverage.assign(hypothesis.size(), 0);
  candidates_.reference_coverage.assign(reference.size(), 0);

  using Word = MeteorWord;
  const auto have_one_key = [this](std::uint32_t a, std::uint32_t b) {
    return lexicon_[a].key == lexicon_[b].key;
  };
  add_words(MeteorModule::kExact, [](const Word& a, const Word& b) { return a.key == b.key; });
  if (!std::ranges::equal(hypothesis, reference, have_one_key)) {
    add_words(MeteorModule::kStem,
              [](const Word& a, const Word& b) { return a.stem_key == b.stem_key && a.key != b.key; });
    add_synonyms();
    if (paraphrases_.size() > 0) {
      add_paraphrases(true);
      add_paraphrases(false);
    }
  }
  sort_by_place();
  return candidates_;
}

void MeteorMatcher::add(const MeteorMatch& match) {
  if (found_.size() == kMaxMatches) {
    throw DataError("captions of " + std::to_string(hypothesis_->size()) + " and " +
                    std::to_string(reference_->size()) + " words have too many matches for METEOR");
  }
  found_.push_back(match);
  for (std::uint32_t k = 0; k < match.hypothesis_size; ++k) {
    ++candidates_.hypothesis_coverage[match.hypothesis_begin + k];
  }
  for (std::uint32_t k = 0; k < match.reference_size; ++k) {
    ++candidates_.reference_coverage[match.reference_begin + k];
  }
}

template <class Fits>
void MeteorMatcher::add_words(MeteorModule module, Fits fits) {
  for (std::uint32_t j = 0; j < reference_->size(); ++j) {
    const MeteorWord& target = lexicon_[(*reference_)[j]];
    for (std::uint32_t i = 0; i < hypothesis_->size(); ++i) {
      if (fits(lexicon_[(*hypothesis_)[i]], target)) {
        add({.hypothesis_begin = i, .reference_begin = j, .module = module});
      }
    }
  }
}

void MeteorMatcher::add_synonyms() {
  // Long captions repeat their words, and comparing synsets takes time.
  const Distinct hypothesis(*hypothesis_), reference(*reference_);
  std::vector<bool> are_synonyms(hypothesis.words.size() * reference.words.size());
  for (std::size_t j = 0; j < reference.words.size(); ++j) {
    const MeteorWord& target = lexicon_[reference.words[j]];
    for (std::size_t i = 0; i < hypothesis.words.size() && !target.synsets.empty(); ++i) {
      const MeteorWord& word = lexicon_[hypothesis.words[i]];
      are_synonyms[j * hypothesis.words.size() + i] =
          word.key != target.key && have_common_element(word.synsets, target.synsets);
    }
  }
  for (std::uint32_t j = 0; j < reference_->size(); ++j) {
    const std::size_t row = reference.index[j] * hypothesis.words.size();
    for (std::uint32_t i = 0; i < hypothesis_->size(); ++i) {
      if (are_synonyms[row + hypothesis.index[i]]) {
        add({.hypothesis_begin = i, .reference_begin = j, .module = MeteorModule::kSynonym});
      }
    }
  }
}

void MeteorMatcher::add_paraphrases(bool phrase_in_reference) {
  const MeteorSentence& from = phrase_in_reference ? *reference_ : *hypothesis_;
  const MeteorSentence& to = phrase_in_reference ? *hypothesis_ : *reference_;
  const auto to_size = static_cast<std::uint32_t>(to.size());
  // Chains the places of each word of `to`, first places first.
  std::vector<std::uint32_t> next_place(to_size, kNowhere);
  for (std::uint32_t place = to_size; place-- > 0;) {
    next_place[place] = first_place_[to[place]];
    first_place_[to[place]] = place;
  }
  for (std::uint32_t begin = 0; begin < from.size(); ++begin) {
    paraphrases_.find(std::span(from).subspan(begin), phrases_);
    for (const auto& [phrase_size, paraphrase] : phrases_) {
      const auto paraphrase_size = static_cast<std::uint32_t>(paraphrase.size());
      for (auto place = first_place_[paraphrase.front()]; place != kNowhere; place = next_place[place]) {
        if (!stands_at(to, place, paraphrase)) continue;
        if (phrase_in_reference) {
          add({place, paraphrase_size, begin, phrase_size, MeteorModule::kParaphrase});
        } else {
          add({begin, phrase_size, place, paraphrase_size, MeteorModule::kParaphrase});
        }
      }
    }
  }
  for (const std::uint32_t word : to) first_place_[word] = kNowhere;
}

void MeteorMatcher::sort_by_place() {
  auto& first = candidates_.first;
  first.assign(reference_->size() + 1, 0);
  for (const MeteorMatch& match : found_) ++first[match.reference_begin + 1];
  for (std::size_t j = 0; j < reference_->size(); ++j) first[j + 1] += first[j];
  std::vector<std::size_t> next(first.begin(), first.end() - 1);
  candidates_.matches.resize(found_.size());
  for (const MeteorMatch& match : found_) candidates_.matches[next[match.reference_begin]++] = match;
}

}  // namespace pixelsail
