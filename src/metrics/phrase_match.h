#pragma once

/// Greedy one-to-one pairing of predicted with true masks, as GLaMM scores grounded conversations.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

namespace pixelsail {

/// IoUs of every predicted with every true mask of an image: a row a prediction.
struct IouTable {
  std::size_t predictions = 0, targets = 0;
  std::span<const double> ious;
};

/// Pairs of highest IoU first, as long as it is above 0 (of equal ones the lower prediction, then the lower
/// target). Mean IoU of the pairs; masks without a partner do not count. 0 without a pair.
/// Throws std::invalid_argument when the table has not predictions * targets numbers (so does the other).
double mean_paired_iou(const IouTable& table);

/// Phrases that belong to the masks, and how alike two of them are.
struct PhraseTable {
  std::size_t predictions = 0, targets = 0;
  /// Called with places below these numbers only.
  std::function<double(std::size_t prediction, std::size_t target)> similarity;
};

/// Both have to be reached.
inline constexpr double kPhraseIou = 0.5;
inline constexpr double kPhraseSimilarity = 0.5;

struct PhraseMatches {
  std::int64_t found = 0;
  /// A pair had a mask without a phrase (an image has more masks than phrases). The published program counts
  /// no phrase of such an image.
  bool phrase_missing = false;
};

/// Pairs of highest IoU first (of equal ones the lower target, then the lower prediction), up to the first
/// that misses one of the thresholds.
PhraseMatches match_phrases(const IouTable& table, const PhraseTable& phrases);

}  // namespace pixelsail
