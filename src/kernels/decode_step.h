#pragma once

/// One new token for each of several sequences through all decoder layers, on the CPU.
///
/// Legend: B sequences, C hidden size, I intermediate size, H query heads, G key/value heads, d head size,
/// S capacity of a cache in tokens, R rank of an adapter.

#include <cstdint>
#include <functional>
#include <vector>

#include "kernels/cpu.h"
#include "kernels/matrix.h"

namespace pixelsail::kernels {

/// Runs `body(begin, end)` over ranges that together are [0, n), each of at least `grain` but the last, on
/// the threads of the caller, and returns when all are done. How the ranges are cut does not change any
/// result. Exceptions of `body` must reach whoever called.
using Range = std::function<void(std::int64_t begin, std::int64_t end)>;
using Parallel = std::function<void(std::int64_t n, std::int64_t grain, const Range& body)>;

/// What an adapter adds to a linear layer, scale * (x A^T) B^T.
struct LowRank {
  Matrix a;  ///< [R, K]; without data: nothing is added
  Matrix b;  ///< [N, R]
  float scale = 0;
  bool adds() const { return a.data != nullptr; }
};

/// Adapters of the linear layers of one decoder layer.
struct StepAdapters {
  LowRank q, k, v, o, gate, up, down;
};

struct StepLayer {
  const float* input_norm = nullptr;  ///< [C], in front of attention
  const float* post_norm = nullptr;   ///< [C], in front of the MLP
  Matrix q, k, v;                     ///< [H d, C], [G d, C], [G d, C]
  Matrix o;                           ///< [C, H d]
  Matrix gate, up;                    ///< [I, C]
  Matrix down;                        ///< [C, I]
  const float* q_bias = nullptr;      ///< [H d] or null
  const float* k_bias = nullptr;      ///< [G d] or null
  const float* v_bias = nullptr;      ///< [G d] or null
  StepAdapters adapters;
};

struct StepModel {
  std::vector<StepLayer> layers;
  const float* final_norm = nullptr;  ///< [C]
  std::int64_t hidden = 0;
  std::int64_t intermediate = 0;
  std::int64_t heads = 0;
  std::int64_t kv_heads = 0;
  std::int64_t head_size = 0;  ///< even
  double rms_eps = 1e-6;
};

/// Keys and values of a run of tokens of one sequence.
struct CachedTokens {
  struct Layer {
    void* keys = nullptr;    ///< [G, S, d] without gaps
    void* values = nullptr;  ///< the same
  };
  std::vector<Layer> layers;  ///< empty: there are no tokens
  std::int64_t length = 0;    ///< tokens held
  std::int64_t capacity = 0;  ///< S
};

/// What one sequence has read: a prefix, which it may share with others and which is only read, and its own
/// tokens behind it. Attention goes over both in pieces (attention.h) that are counted from the begin of
/// each, so that a prefix gives the same bits shared or not.
struct StepSequence {
  CachedTokens prefix;
  CachedTokens own;
};

struct StepCache {
  WeightType type = WeightType::kF32;  ///< f32, bf16 or f16
  std::vector<StepSequence> sequences;
};

/// Takes x [B, C], the embeddings of the new tokens, to the states behind the final norm, in place. Each
/// sequence has room for one more token of its own; keys and values of the new token are written there.
/// Lengths are not changed. A layer is
///   h = rms_norm(x); q, k, v = linear(h); rotate q and k; x += o(attention(q, cache))
///   h = rms_norm(x); x += down(silu(gate(h)) * up(h))
/// with rms_norm(x) = x / sqrt(mean(x^2) + eps) * weight and the rotation (low, high) -> (low cos - high sin,
/// high cos + low sin) of the two halves of a head by rope_cos, rope_sin [B, d / 2]. A linear layer with an
/// adapter adds scale * (x A^T) B^T. All of it is float32; k and v are rounded to the type of the cache, the
/// new token's too.
///
/// A sequence gives the same bits whatever threads `parallel` uses and whatever else is in the batch.
/// Throws RunError when sizes do not fit or a cache is full; then nothing was changed.
void decode_step(const StepModel& model, const StepCache& cache, const float* rope_cos, const float* rope_sin,
                 float* x, const Parallel& parallel, CpuLevel level = best_level());

/// out = x / sqrt(mean(x^2) + eps) * weight, n numbers.
void rms_norm(const float* x, const float* weight, std::int64_t n, double eps, float* out);

}  // namespace pixelsail::kernels
