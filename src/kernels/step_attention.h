#pragma once

/// Attention of one decode step: the new token of each sequence over its prefix and its own tokens. Internal
/// to this room; decode_step.cpp checks the arguments.
///
/// Legend: B sequences, H query heads, G key/value heads, d head size.

#include <cstdint>
#include <vector>

#include "kernels/attention.h"
#include "kernels/decode_step.h"

namespace pixelsail::kernels {

class StepAttention {
 public:
  /// Keeps references to all of them. rope_cos, rope_sin: [B, d / 2].
  StepAttention(const StepModel& model, const StepCache& cache, const float* rope_cos, const float* rope_sin,
                const Parallel& parallel, CpuLevel level);

  /// q [B, H d], k, v [B, G d] as projected. Rotates q and k, writes the new key and value, and gives what
  /// the heads attend to, out [B, H d].
  void run(std::size_t layer, const float* q, const float* k, const float* v, float* out);

 private:
  /// One piece of the keys of one sequence and key/value head.
  struct Piece {
    std::size_t sequence;
    std::int64_t kv_head;
    bool own;  // of the sequence's own tokens, not of its prefix
    std::int64_t begin, end;
    bool last;  // holds the new token
  };
  /// The pieces of a head follow each other, those of the prefix first.
  void add_pieces(std::size_t sequence, std::int64_t kv_head);
  void attend(const Piece& piece, std::size_t layer, const float* q, const float* k, const float* v,
              const PieceResult& result) const;
  void rotate(const float* from, std::size_t sequence, float factor, float* to) const;
  /// Writes a key or value at `position`, rounded to the type of the cache.
  void write(const float* values, void* base, std::int64_t position) const;
  PieceResult result(std::int64_t piece);

  const StepModel& model_;
  const StepCache& cache_;
  const float* rope_cos_;
  const float* rope_sin_;
  const Parallel& parallel_;
  CpuLevel level_;
  std::int64_t shared_;  // query heads that share a key/value head
  std::int64_t q_size_, kv_size_;
  std::vector<Piece> pieces_;
  std::vector<std::int64_t> counts_;            // pieces of each sequence and key/value head
  std::vector<float> largest_, sums_, values_;  // results of the pieces
};

}  // namespace pixelsail::kernels
