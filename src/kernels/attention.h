#pragma once

/// Attention of one new token over the cache of its sequence.
///
/// Legend: R query heads that share a key/value head, d head size, T keys.

#include <cstdint>

#include "kernels/cpu.h"
#include "kernels/matrix.h"

namespace pixelsail::kernels {

/// Keys of one piece. Long caches are cut into pieces of this size, whatever the number of threads, so that
/// all threads have work and the result does not depend on them.
inline constexpr std::int64_t kKeysPerPiece = 256;

/// Pieces of a cache of T keys.
inline std::int64_t attention_pieces(std::int64_t keys) {
  return (keys + kKeysPerPiece - 1) / kKeysPerPiece;
}

/// What a piece gives: for each of the R query heads the largest score, the sum of exp(score - largest), and
/// the values [R, d] weighted by those exponentials.
struct PieceResult {
  float* largest;
  float* sums;
  float* values;
};

/// Scores are q . k; q [R, d] comes rotated and multiplied by 1 / sqrt(d). `keys` and `values` [T, d] are
/// those of the piece, T at most kKeysPerPiece, and not quantized.
void attend_piece(const Matrix& keys, const Matrix& values, const float* q, std::int64_t heads,
                  const PieceResult& result, CpuLevel level);

/// The softmax over all pieces: out [R, d]. Piece p stands at largest + p * heads, sums + p * heads and
/// values + p * heads * head_size.
void merge_pieces(const PieceResult& pieces, std::int64_t count, std::int64_t heads, std::int64_t head_size,
                  float* out);

}  // namespace pixelsail::kernels
