#pragma once

/// CIDEr as COCO's caption evaluation computes it (pycocoevalcap 1.2, class Cider, which has the clipping and
/// length penalty of CIDEr-D: Vedantam et al., "CIDEr: consensus-based image description evaluation", CVPR
/// 2015). For n = 1..4:
///   weight(g)  = count(g) * (log N - log max(1, df(g)))    N images, df of them with g in any of their
///   references sim_n(c,r) = sum_g min(weight_c, weight_r) * weight_r / (|weight_c| |weight_r|)
///                * exp(-(length_c - length_r)^2 / (2 sigma^2)),     sigma = 6
///   image      = 10 * mean over references of the mean over n of sim_n
///   corpus     = mean over images
/// `length` is the number of bigrams: that is what the reference implementation adds up. A corpus of one
/// image scores 0, for every weight is 0.
///
/// PerBench's published script hands predictions over as references and ground truths as candidates: its
/// numbers, document frequencies from predictions included, come from calling this with the two exchanged.

#include <cstdint>
#include <span>
#include <vector>

#include "metrics/ngrams.h"

namespace pixelsail {

/// One image, tokenized: a caption to judge and the references to judge it by.
struct TokenizedCaption {
  Tokens candidate;
  std::vector<Tokens> references;
};

/// Document frequencies of a corpus, and scores by them. Any image can be scored, of the corpus or not: a
/// bootstrap can keep the frequencies of the whole corpus or gather those of each resample.
class Cider {
 public:
  /// Counts one image's references. Throws DataError when there is none.
  void add_image(std::span<const Tokens> references);
  std::int64_t images() const { return images_; }

  /// Score of one image in 0..10. Throws DataError when there is no reference. (Not const: n-grams that are
  /// new get numbers; no later score depends on it.)
  double score(const Tokens& candidate, std::span<const Tokens> references);

 private:
  friend std::vector<double> cider_scores(std::span<const TokenizedCaption> corpus);
  struct Vector;
  std::vector<detail::NgramCounts> count(std::span<const Tokens> references);
  void add(std::span<const detail::NgramCounts> references);
  Vector weigh(const detail::NgramCounts& counts) const;
  double compare(const Tokens& candidate, std::span<const detail::NgramCounts> references);

  detail::NgramTable table_;
  /// By n-gram; those of captions that were only scored may be missing at the end.
  std::vector<std::uint32_t> document_frequency_;
  std::int64_t images_ = 0;
};

/// Scores of all images of a corpus by its own document frequencies. The corpus' score is their mean.
std::vector<double> cider_scores(std::span<const TokenizedCaption> corpus);

}  // namespace pixelsail
