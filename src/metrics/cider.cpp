#include "metrics/cider.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "pixelsail/error.h"

namespace pixelsail {
namespace {

constexpr double kSigma = 6.0, kScale = 10.0;

struct Weight {
  std::uint32_t ngram = 0;
  double value = 0;
};

/// sum_g min(c_g, r_g) r_g of two lists in the order of their n-grams.
double clipped_product(std::span<const Weight> candidate, std::span<const Weight> reference) {
  double sum = 0;
  auto other = reference.begin();
  for (const Weight& weight : candidate) {
    while (other != reference.end() && other->ngram < weight.ngram) ++other;
    if (other == reference.end()) break;
    if (other->ngram == weight.ngram) sum += std::min(weight.value, other->value) * other->value;
  }
  return sum;
}

}  // namespace

struct Cider::Vector {
  std::array<std::vector<Weight>, kMaxOrder> weights;
  std::array<double, kMaxOrder> norm{};
  double length = 0;
};

void Cider::add_image(std::span<const Tokens> references) {
  add(count(references));
}

double Cider::score(const Tokens& candidate, std::span<const Tokens> references) {
  return compare(candidate, count(references));
}

std::vector<detail::NgramCounts> Cider::count(std::span<const Tokens> references) {
  if (references.empty()) throw DataError("CIDEr of an image without a reference is not defined");
  std::vector<detail::NgramCounts> counts;
  counts.reserve(references.size());
  for (const Tokens& reference : references) counts.push_back(table_.count(reference));
  return counts;
}

void Cider::add(std::span<const detail::NgramCounts> references) {
  document_frequency_.resize(table_.size());
  std::vector<std::uint32_t> present;
  for (const detail::NgramCounts& reference : references) {
    for (const auto& order : reference.by_order) {
      for (const detail::NgramCount& entry : order) present.push_back(entry.ngram);
    }
  }
  std::ranges::sort(present);
  present.erase(std::unique(present.begin(), present.end()), present.end());
  for (const std::uint32_t ngram : present) ++document_frequency_[ngram];
  ++images_;
}

Cider::Vector Cider::weigh(const detail::NgramCounts& counts) const {
  const double log_images = std::log(static_cast<double>(std::max<std::int64_t>(images_, 1)));
  Vector vector;
  for (std::size_t k = 0; k < kMaxOrder; ++k) {
    double squares = 0;
    vector.weights[k].reserve(counts.by_order[k].size());
    for (const detail::NgramCount& entry : counts.by_order[k]) {
      const std::uint32_t frequency =
          entry.ngram < document_frequency_.size() ? document_frequency_[entry.ngram] : 0;
      const double rarity = log_images - std::log(std::max(1.0, static_cast<double>(frequency)));
      vector.weights[k].push_back({entry.ngram, entry.count * rarity});
      squares += vector.weights[k].back().value * vector.weights[k].back().value;
    }
    vector.norm[k] = std::sqrt(squares);
  }
  vector.length = static_cast<double>(std::max<std::size_t>(counts.length, 1) - 1);
  return vector;
}

double Cider::compare(const Tokens& candidate, std::span<const detail::NgramCounts> references) {
  const Vector mine = weigh(table_.count(candidate));
  double sum = 0;
  for (const detail::NgramCounts& reference : references) {
    const Vector theirs = weigh(reference);
    const double difference = mine.length - theirs.length;
    const double penalty = std::exp(-difference * difference / (2 * kSigma * kSigma));
    for (std::size_t k = 0; k < kMaxOrder; ++k) {
      const double norms = mine.norm[k] * theirs.norm[k];
      if (norms != 0) sum += clipped_product(mine.weights[k], theirs.weights[k]) / norms * penalty;
    }
  }
  return kScale * sum / static_cast<double>(kMaxOrder) / static_cast<double>(references.size());
}

std::vector<double> cider_scores(std::span<const TokenizedCaption> corpus) {
  Cider cider;
  std::vector<std::vector<detail::NgramCounts>> references;
  references.reserve(corpus.size());
  for (const TokenizedCaption& sample : corpus) {
    references.push_back(cider.count(sample.references));
    cider.add(references.back());
  }
  std::vector<double> scores;
  scores.reserve(corpus.size());
  for (std::size_t i = 0; i < corpus.size(); ++i) {
    scores.push_back(cider.compare(corpus[i].candidate, references[i]));
  }
  return scores;
}

}  // namespace pixelsail
