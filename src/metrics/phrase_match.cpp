#include "metrics/phrase_match.h"

#include <algorithm>
#include <stdexcept>
#include <vector>

namespace pixelsail {
namespace {

struct Pair {
  double iou = 0;
  std::size_t prediction = 0, target = 0;
};

/// Pairs of at least `least` IoU (and above 0), best first. Taking them in this order and passing over those
/// whose prediction or target is taken is the same as searching the best of the rest again and again.
std::vector<Pair> ranked_pairs(const IouTable& table, double least, bool targets_first) {
  if (table.ious.size() != table.predictions * table.targets)
    throw std::invalid_argument("one IoU is needed for each prediction and target");
  std::vector<Pair> pairs;
  for (std::size_t p = 0; p < table.predictions; ++p) {
    for (std::size_t t = 0; t < table.targets; ++t) {
      const double iou = table.ious[p * table.targets + t];
      if (iou > 0 && iou >= least) pairs.push_back({.iou = iou, .prediction = p, .target = t});
    }
  }
  std::ranges::sort(pairs, [targets_first](const Pair& a, const Pair& b) {
    if (a.iou != b.iou) return a.iou > b.iou;
    if (targets_first && a.target != b.target) return a.target < b.target;
    return a.prediction != b.prediction ? a.prediction < b.prediction : a.target < b.target;
  });
  return pairs;
}

/// Which masks have a partner.
struct Taken {
  explicit Taken(const IouTable& table) : predictions(table.predictions), targets(table.targets) {}
  bool either(const Pair& pair) const { return predictions[pair.prediction] || targets[pair.target]; }
  void take(const Pair& pair) { predictions[pair.prediction] = targets[pair.target] = true; }
  std::vector<bool> predictions, targets;
};

}  // namespace

double mean_paired_iou(const IouTable& table) {
  Taken taken(table);
  double sum = 0;
  std::int64_t count = 0;
  for (const Pair& pair : ranked_pairs(table, 0, false)) {
    if (taken.either(pair)) continue;
    taken.take(pair);
    sum += pair.iou;
    ++count;
  }
  return count == 0 ? 0.0 : sum / static_cast<double>(count);
}

PhraseMatches match_phrases(const IouTable& table, const PhraseTable& phrases) {
  Taken taken(table);
  PhraseMatches matches;
  for (const Pair& pair : ranked_pairs(table, kPhraseIou, true)) {
    if (taken.either(pair)) continue;
    if (pair.prediction >= phrases.predictions || pair.target >= phrases.targets)
      return {.found = 0, .phrase_missing = true};
    if (phrases.similarity(pair.prediction, pair.target) < kPhraseSimilarity) break;
    taken.take(pair);
    ++matches.found;
  }
  return matches;
}

}  // namespace pixelsail
