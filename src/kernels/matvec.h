#pragma once

/// Products of a few activations with a weight that is read from memory once: the linear layers of decoding.

#include <cstdint>

#include "kernels/cpu.h"
#include "kernels/matrix.h"

namespace pixelsail::kernels {

/// y[i, n] = sum over k of x[i, k] w[n, k] + bias[n], for i in [0, m) and n in [row_begin, row_end). Row i of
/// x begins at x + i * ldx, row i of y at y + i * ldy; `bias` [N] may be null. Callers split the rows of the
/// weight over threads. Made for m up to 8; more works.
///
/// y[i, n] is the same bit for bit whatever m, the other rows of x and the range of rows are; it depends on
/// `level`. Sums are float32. With int8 and int4 weights x is rounded to 16 bits a value, relative to the
/// largest of its group. What is not finite in x makes the sums of its row infinite or NaN.
///
/// Throws RunError when sizes do not fit.
void multiply(const Matrix& w, const float* x, std::int64_t m, std::int64_t ldx, const float* bias, float* y,
              std::int64_t ldy, std::int64_t row_begin, std::int64_t row_end, CpuLevel level = best_level());

}  // namespace pixelsail::kernels
