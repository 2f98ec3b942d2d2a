#include "metrics/bleu.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>
#include <vector>

#include "pixelsail/error.h"

namespace pixelsail {
namespace {

// pycocoevalcap's: the first keeps 0 / 0 from being a number that counts, the second keeps it defined.
constexpr double kTiny = 1e-15, kSmall = 1e-9;

std::int64_t signed_size(std::size_t size) {
  return static_cast<std::int64_t>(size);
}

}  // namespace

BleuCounts& BleuCounts::operator+=(const BleuCounts& other) {
  for (std::size_t k = 0; k < kMaxOrder; ++k) {
    ngrams[k] += other.ngrams[k];
    matched[k] += other.matched[k];
  }
  candidate_length += other.candidate_length;
  reference_length += other.reference_length;
  return *this;
}

BleuCounts count_bleu(const Tokens& candidate, std::span<const Tokens> references) {
  if (references.empty()) throw DataError("BLEU of a caption without a reference is not defined");
  detail::NgramTable table;
  const detail::NgramCounts mine = table.count(candidate);
  // The most that one reference has of each n-gram; those that the candidate has not play no part.
  std::vector<std::uint32_t> most(table.size());
  BleuCounts counts;
  counts.candidate_length = signed_size(mine.length);
  std::int64_t closest = -1;
  for (const Tokens& reference : references) {
    const detail::NgramCounts theirs = table.count(reference);
    const std::int64_t length = signed_size(theirs.length);
    const auto distance = [&counts](std::int64_t value) { return std::abs(value - counts.candidate_length); };
    if (closest < 0 || std::pair(distance(length), length) < std::pair(distance(closest), closest)) {
      closest = length;
    }
    for (const auto& order : theirs.by_order) {
      for (const detail::NgramCount& entry : order) {
        if (entry.ngram < most.size()) most[entry.ngram] = std::max(most[entry.ngram], entry.count);
      }
    }
  }
  counts.reference_length = closest;
  for (std::size_t k = 0; k < kMaxOrder; ++k) {
    for (const detail::NgramCount& entry : mine.by_order[k]) {
      counts.ngrams[k] += entry.count;
      counts.matched[k] += std::min(entry.count, most[entry.ngram]);
    }
  }
  return counts;
}

std::array<double, kMaxOrder> bleu(const BleuCounts& counts) {
  const double ratio = (static_cast<double>(counts.candidate_length) + kTiny) /
                       (static_cast<double>(counts.reference_length) + kSmall);
  const double brevity = ratio < 1 ? std::exp(1 - 1 / ratio) : 1.0;
  std::array<double, kMaxOrder> values{};
  double product = 1;
  for (std::size_t k = 0; k < kMaxOrder; ++k) {
    product *=
        (static_cast<double>(counts.matched[k]) + kTiny) / (static_cast<double>(counts.ngrams[k]) + kSmall);
    values[k] = std::pow(product, 1.0 / static_cast<double>(k + 1)) * brevity;
  }
  return values;
}

}  // namespace pixelsail
