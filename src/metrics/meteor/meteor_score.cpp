#include "metrics/meteor/meteor_score.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "metrics/meteor/meteor_aligner.h"
#include "metrics/meteor/meteor_normalizer.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

constexpr double kAlpha = 0.85, kBeta = 0.2, kGamma = 0.6, kDelta = 0.75;
constexpr std::array<double, kMeteorModules> kModuleWeights{1.0, 0.6, 0.8, 0.6};
constexpr std::string_view kSeparator = "|||";

/// Share of the weighted words of a side that are matched; NaN for a side without words.
double matched_share(const MeteorSide& side) {
  double matched = 0;
  for (std::size_t m = 0; m < kMeteorModules; ++m) {
    matched += static_cast<double>(side.content_matches[m]) * kModuleWeights[m] * kDelta;
  }
  for (std::size_t m = 0; m < kMeteorModules; ++m) {
    matched += static_cast<double>(side.function_matches[m]) * kModuleWeights[m] * (1.0 - kDelta);
  }
  return matched / (kDelta * static_cast<double>(side.words - side.function_words) +
                    (1.0 - kDelta) * static_cast<double>(side.function_words));
}

void count_words(const MeteorSentence& sentence, const MeteorLexicon& lexicon, MeteorSide& side) {
  side.words = static_cast<std::int64_t>(sentence.size());
  side.function_words =
      std::ranges::count_if(sentence, [&lexicon](auto word) { return lexicon[word].is_function_word; });
}

void count_matches(std::span<const std::uint32_t> words, MeteorModule module, const MeteorLexicon& lexicon,
                   MeteorSide& side) {
  for (const std::uint32_t word : words) {
    auto& counts = lexicon[word].is_function_word ? side.function_matches : side.content_matches;
    ++counts[static_cast<std::size_t>(module)];
  }
}

MeteorStats count_pair(const MeteorSentence& hypothesis, const MeteorSentence& reference,
                       const MeteorLexicon& lexicon, MeteorMatcher& matcher) {
  const std::vector<MeteorMatch> alignment = align_meteor(matcher.find(hypothesis, reference));
  MeteorStats stats;
  count_words(hypothesis, lexicon, stats.hypothesis);
  count_words(reference, lexicon, stats.reference);
  for (const MeteorMatch& match : alignment) {
    count_matches(std::span(hypothesis).subspan(match.hypothesis_begin, match.hypothesis_size), match.module,
                  lexicon, stats.hypothesis);
    count_matches(std::span(reference).subspan(match.reference_begin, match.reference_size), match.module,
                  lexicon, stats.reference);
  }
  stats.chunks = static_cast<std::int64_t>(count_chunks(alignment));
  const bool is_complete = stats.hypothesis.matched_words() == stats.hypothesis.words &&
                           stats.reference.matched_words() == stats.reference.words;
  if (is_complete && stats.chunks == 1) stats.chunks = 0;
  return stats;
}

std::string_view trimmed(std::string_view text) {
  const auto is_visible = [](char c) { return static_cast<unsigned char>(c) > ' '; };
  const auto begin = std::ranges::find_if(text, is_visible);
  const auto end = std::find_if(text.rbegin(), std::make_reverse_iterator(begin), is_visible).base();
  return {begin, end};
}

std::string replace_all(std::string_view text, std::string_view from, std::string_view to) {
  std::string result;
  for (std::size_t end = text.find(from); end != text.npos; end = text.find(from)) {
    result += text.substr(0, end);
    result += to;
    text.remove_prefix(end + from.size());
  }
  return result += text;
}

/// The hypothesis as pycocoevalcap hands it on. One blank less can change which marks METEOR cuts off.
std::string clean_hypothesis(std::string_view text) {
  return replace_all(replace_all(text, kSeparator, ""), "  ", " ");
}

std::vector<std::string_view> split_at_separators(std::string_view text) {
  std::vector<std::string_view> parts;
  for (std::size_t end = text.find(kSeparator); end != text.npos; end = text.find(kSeparator)) {
    parts.push_back(text.substr(0, end));
    text.remove_prefix(end + kSeparator.size());
  }
  parts.push_back(text);
  return parts;
}

/// A segment as numbers of words.
struct Sentences {
  MeteorSentence hypothesis;
  std::vector<MeteorSentence> references;
};

Sentences look_up(const MeteorSegment& segment, const MeteorAbbreviations& abbreviations,
                  MeteorLexicon& lexicon) {
  if (segment.references.empty()) throw DataError("there is no reference");
  const auto add = [&](std::string_view text) {
    return lexicon.add(normalize_meteor_line(trimmed(text), abbreviations));
  };
  Sentences sentences{.hypothesis = add(clean_hypothesis(segment.hypothesis)), .references = {}};
  for (const std::string& reference : segment.references) {
    for (const std::string_view part : split_at_separators(reference)) {
      sentences.references.push_back(add(part));
    }
  }
  return sentences;
}

/// Calls `use(i)` for each segment; what it throws names the segment.
template <class Use>
void for_each_segment(std::size_t count, Use use) {
  for (std::size_t i = 0; i < count; ++i) {
    try {
      use(i);
    } catch (const Error& e) {
      throw_with_context(e, "segment " + std::to_string(i));
    }
  }
}

}  // namespace

std::int64_t MeteorSide::matched_words() const {
  const auto content = std::accumulate(content_matches.begin(), content_matches.end(), std::int64_t{0});
  return std::accumulate(function_matches.begin(), function_matches.end(), content);
}

MeteorSide& MeteorSide::operator+=(const MeteorSide& other) {
  words += other.words;
  function_words += other.function_words;
  for (std::size_t m = 0; m < kMeteorModules; ++m) {
    content_matches[m] += other.content_matches[m];
    function_matches[m] += other.function_matches[m];
  }
  return *this;
}

MeteorStats& MeteorStats::operator+=(const MeteorStats& other) {
  hypothesis += other.hypothesis;
  reference += other.reference;
  chunks += other.chunks;
  return *this;
}

double meteor_score(const MeteorStats& stats) {
  const std::int64_t matched = stats.hypothesis.matched_words() + stats.reference.matched_words();
  if (matched == 0) return 0;
  const double precision = matched_share(stats.hypothesis), recall = matched_share(stats.reference);
  const double mean = 1.0 / ((1.0 - kAlpha) / precision + kAlpha / recall);
  const double fragmentation = static_cast<double>(stats.chunks) / (static_cast<double>(matched) / 2);
  return std::max(mean * (1.0 - kGamma * std::pow(fragmentation, kBeta)), 0.0);
}

MeteorResult score_meteor(std::span<const MeteorSegment> segments, const MeteorData& data) {
  MeteorLexicon lexicon(data.function_words(), data.synonyms());
  std::vector<Sentences> sentences(segments.size());
  for_each_segment(segments.size(), [&](std::size_t i) {
    sentences[i] = look_up(segments[i], data.abbreviations(), lexicon);
  });
  const MeteorParaphrases paraphrases = data.read_paraphrases(lexicon.ids());
  MeteorMatcher matcher(lexicon, paraphrases);

  MeteorResult result{.score = 0, .stats = {}, .scores = {}, .sources = data.sources()};
  MeteorStats sum;
  for_each_segment(segments.size(), [&](std::size_t i) {
    MeteorStats best;
    double best_score = -1;
    for (const MeteorSentence& reference : sentences[i].references) {
      const MeteorStats stats = count_pair(sentences[i].hypothesis, reference, lexicon, matcher);
      const double score = meteor_score(stats);
      if (score <= best_score) continue;
      best = stats;
      best_score = score;
    }
    sum += best;
    result.stats.push_back(best);
    result.scores.push_back(best_score);
  });
  result.score = meteor_score(sum);
  return result;
}

}  // namespace pixelsail
