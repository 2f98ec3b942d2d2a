#pragma once

/// METEOR 1.5 for English, task "rank" (Denkowski and Lavie, "Meteor Universal", 2014; Banerjee and Lavie,
/// 2005), as the program that pycocoevalcap 1.2 runs computes it (-l en -norm):
///   L, F     words and function words of a side, content words are L - F
///   c_m, f_m content and function words of a side that module m matched
///   P = sum_m w_m (delta c_m + (1 - delta) f_m) / (delta (L - F) + (1 - delta) F) of the hypothesis,
///   R the same of the reference;
///   F_mean = 1 / ((1 - alpha) / P + alpha / R)
///   fragmentation = chunks / (matched words, mean of both sides)
///   score = F_mean (1 - gamma fragmentation^beta), 0 when nothing matches
/// alpha 0.85, beta 0.2, gamma 0.6, delta 0.75; w exact 1, stem 0.6, synonym 0.8, paraphrase 0.6.
/// Of several references the one with the highest score counts, of equal ones the first. The score of many
/// captions is that of their summed counts, not the mean of their scores.

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "metrics/meteor/meteor_data.h"
#include "metrics/meteor/meteor_matches.h"

namespace pixelsail {

/// Counts of words.
struct MeteorSide {
  std::int64_t words = 0, function_words = 0;
  /// By module.
  std::array<std::int64_t, kMeteorModules> content_matches{}, function_matches{};

  std::int64_t matched_words() const;
  MeteorSide& operator+=(const MeteorSide& other);
  bool operator==(const MeteorSide&) const = default;
};

/// What a caption adds to the score; any captions can be summed in any order.
struct MeteorStats {
  MeteorSide hypothesis, reference;
  /// 0 for captions that match completely in one chunk: those are not fragmented, alone or in a sum.
  std::int64_t chunks = 0;

  MeteorStats& operator+=(const MeteorStats& other);
  bool operator==(const MeteorStats&) const = default;
};

/// In 0..1; 0 for no captions.
double meteor_score(const MeteorStats& stats);

/// A caption and what it should have been. Captions are lines as pycocoevalcap's PTBTokenizer gives them:
/// tokens one space apart.
struct MeteorSegment {
  std::string hypothesis;
  std::vector<std::string> references;
};

struct MeteorResult {
  /// Of all segments together.
  double score = 0;
  /// Of each segment, with its best reference.
  std::vector<MeteorStats> stats;
  std::vector<double> scores;
  MeteorSources sources;
};

/// Scores all segments. As pycocoevalcap passes them on, "|||" is removed from hypotheses and parts a
/// reference into several. Reads the paraphrase table of `data`, as far as the captions need it, so one call
/// for a whole benchmark is much faster than many. Throws DataError naming the segment (from 0) when it has
/// no reference, is not valid UTF-8 or is too long to compare, and what reading the table throws.
MeteorResult score_meteor(std::span<const MeteorSegment> segments, const MeteorData& data);

}  // namespace pixelsail
