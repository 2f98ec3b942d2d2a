#include <cmath>
#include <vector>

#include "kernels/level_kernels.h"

namespace pixelsail::kernels {
namespace {

// Eight sums side by side: compilers make vectors of them, and the rounding error grows with K / 8.
float dot(const float* a, const float* b, std::int64_t n) {
  float sums[8] = {};
  std::int64_t k = 0;
  for (; k + 8 <= n; k += 8) {
    for (int lane = 0; lane < 8; ++lane) {
      sums[lane] += a[k + lane] * b[k + lane];
    }
  }
  for (int lane = 0; k + lane < n; ++lane) {
    sums[lane] += a[k + lane] * b[k + lane];
  }
  return ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7]));
}

// Row n of a matrix as float32, in place where it is.
const float* float_row(const Matrix& matrix, std::int64_t n, std::vector<float>& buffer) {
  if (matrix.type == WeightType::kF32) {
    return static_cast<const float*>(matrix.data) + n * matrix.columns;
  }
  buffer.resize(static_cast<std::size_t>(matrix.columns));
  dequantize_rows(matrix, n, n + 1, buffer.data());
  return buffer.data();
}

void multiply_rows(const Matrix& w, const Product& product) {
  std::vector<float> buffer;
  for (std::int64_t n = product.row_begin; n < product.row_end; ++n) {
    const float* row = float_row(w, n, buffer);
    const float bias = product.bias != nullptr ? product.bias[n] : 0.0f;
    for (std::int64_t i = 0; i < product.m; ++i) {
      product.y[i * product.ldy + n] = dot(row, product.x + i * product.ldx, w.columns) + bias;
    }
  }
}

void weighted_rows(const Matrix& v, const float* p, std::int64_t m, std::int64_t ldp, float* out) {
  std::vector<float> buffer;
  for (std::int64_t i = 0; i < m * v.columns; ++i) {
    out[i] = 0;
  }
  for (std::int64_t n = 0; n < v.rows; ++n) {
    const float* row = float_row(v, n, buffer);
    for (std::int64_t i = 0; i < m; ++i) {
      const float weight = p[i * ldp + n];
      for (std::int64_t c = 0; c < v.columns; ++c) {
        out[i * v.columns + c] += weight * row[c];
      }
    }
  }
}

float exp_sum(float* values, std::int64_t n, float max) {
  float sum = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    values[i] = std::exp(values[i] - max);
    sum += values[i];
  }
  return sum;
}

void silu_multiply(float* gate, const float* up, std::int64_t n) {
  for (std::int64_t i = 0; i < n; ++i) {
    gate[i] = gate[i] / (1 + std::exp(-gate[i])) * up[i];
  }
}

}  // namespace

const LevelKernels& portable_kernels() {
  static constexpr LevelKernels kernels{multiply_rows, weighted_rows, exp_sum, silu_multiply};
  return kernels;
}

}  // namespace pixelsail::kernels
