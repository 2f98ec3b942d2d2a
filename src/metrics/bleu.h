#pragma once

/// BLEU-1 to BLEU-4 (Papineni et al., "BLEU: a method for automatic evaluation of machine translation", ACL
/// 2002) with the conventions of COCO's caption evaluation (pycocoevalcap 1.2, class Bleu):
///   p_k    = (matched k-grams + 1e-15) / (k-grams of the candidate + 1e-9); a k-gram matches as often as the
///            reference that has it most often
///   BLEU-n = (p_1 ... p_n)^(1/n), times exp(1 - 1/ratio) where
///   ratio  = (candidate length + 1e-15) / (reference length + 1e-9) is below 1
/// The reference length of a sample is that of the reference closest in length to the candidate, of two
/// equally close the shorter. Corpus BLEU is the same formula on the sums of all counts; it is not the mean
/// of the samples' values.
///
/// PerBench's published script hands predictions over as references and ground truths as candidates: its
/// numbers come from calling this with the two exchanged.

#include <array>
#include <cstdint>
#include <span>

#include "metrics/ngrams.h"

namespace pixelsail {

/// Everything that BLEU needs to know about samples. Counts of any set of samples add up (bootstrap).
struct BleuCounts {
  /// By order: k-grams of the candidate, and how many of them match.
  std::array<std::int64_t, kMaxOrder> ngrams{}, matched{};
  /// In words.
  std::int64_t candidate_length = 0, reference_length = 0;

  BleuCounts& operator+=(const BleuCounts& other);
  bool operator==(const BleuCounts&) const = default;
};

/// Counts of one sample. Throws DataError when there is no reference.
BleuCounts count_bleu(const Tokens& candidate, std::span<const Tokens> references);

/// BLEU-1, BLEU-2, BLEU-3, BLEU-4 in 0..1 of a sample or a corpus. Without any sample all are 0.
std::array<double, kMaxOrder> bleu(const BleuCounts& counts);

}  // namespace pixelsail
