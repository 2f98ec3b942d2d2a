#pragma once

/// What each CpuLevel implements. Internal to this room; arguments are checked by the callers (matvec.cpp,
/// attention.cpp, decode_step.cpp).
///
/// Files that are compiled for more than the baseline instructions must not instantiate inline functions of
/// the standard library: the linker keeps one copy of such a function for the whole program, and it might be
/// theirs.

#include <cstdint>

#include "kernels/cpu.h"
#include "kernels/matrix.h"

namespace pixelsail::kernels {

/// Room for x in the order and type in which a level multiplies it: `stride` floats for each row of x, K
/// rounded up to 64.
struct WorkSpace {
  float* memory = nullptr;  ///< 64-byte aligned
  std::int64_t stride = 0;
};

/// y[i, n] = sum over k of x[i, k] w[n, k] + bias[n], for n in [row_begin, row_end).
struct Product {
  const float* x;
  std::int64_t m;
  std::int64_t ldx;
  const float* bias;  ///< may be null
  float* y;
  std::int64_t ldy;
  std::int64_t row_begin;
  std::int64_t row_end;
  WorkSpace work;  ///< for bf16 and quantized weights
};

struct LevelKernels {
  void (*multiply)(const Matrix& w, const Product& product);
  /// out[i, c] = sum over the rows n of p[i, n] v[n, c]; v is not quantized.
  void (*weighted_rows)(const Matrix& v, const float* p, std::int64_t m, std::int64_t ldp, float* out);
  /// values[i] = exp(values[i] - max); returns their sum.
  float (*exp_sum)(float* values, std::int64_t n, float max);
  /// gate[i] = gate[i] / (1 + exp(-gate[i])) * up[i]
  void (*silu_multiply)(float* gate, const float* up, std::int64_t n);
};

const LevelKernels& portable_kernels();
const LevelKernels& avx2_kernels();

/// Throws RunError when the machine does not have `level`.
const LevelKernels& level_kernels(CpuLevel level);

}  // namespace pixelsail::kernels
