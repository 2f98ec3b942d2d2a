#pragma once

/// ROUGE-L (Lin and Och, "Automatic evaluation of machine translation quality using longest common
/// subsequence and skip-bigram statistics", ACL 2004) as COCO's caption evaluation computes it
/// (pycocoevalcap 1.2, class Rouge):
///   P = max over references of L / tokens of the candidate, R = max over references of L / tokens of the
///   reference (each maximum by itself), L = length of the longest common subsequence;
///   score = (1 + beta^2) P R / (R + beta^2 P), beta = 1.2; 0 where P or R is 0
/// A caption without tokens counts as one empty token: the reference implementation splits the empty text at
/// spaces. Two such captions score 1.

#include <cstddef>
#include <span>

#include "metrics/ngrams.h"

namespace pixelsail {

/// Score in 0..1 of one image; a corpus' score is the mean. Throws DataError when there is no reference.
double rouge_l(const Tokens& candidate, std::span<const Tokens> references);

/// Length of the longest common subsequence, 64 tokens of `b` at a time (H. Hyyro, "Bit-parallel LCS-length
/// computation revisited", 2004).
std::size_t longest_common_subsequence(const Tokens& a, const Tokens& b);

}  // namespace pixelsail
