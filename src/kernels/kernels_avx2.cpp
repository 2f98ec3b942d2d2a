#include "kernels/avx2_load.h"
#include "kernels/avx2_product.h"

namespace pixelsail::kernels {
namespace {

void multiply_any(const Matrix& w, const Product& product) {
  if (w.type == WeightType::kInt8 || w.type == WeightType::kInt4) {
    avx2::multiply_quantized(w, product);
  } else {
    avx2::multiply_float(w, product);
  }
}

// Sums over all rows of V registers of columns, for M rows of p. The last register has `lanes` columns.
template <class Load, int M, int V>
inline void columns_tile(const typename Load::Type* v, const Matrix& matrix, const float* p, std::int64_t ldp,
                         std::int64_t lanes, float* out) {
  __m256 sums[M][V];
  for (int a = 0; a < M; ++a) {
    for (int b = 0; b < V; ++b) {
      sums[a][b] = _mm256_setzero_ps();
    }
  }
  for (std::int64_t n = 0; n < matrix.rows; ++n, v += matrix.columns) {
    __m256 values[V];
    for (int b = 0; b < V - 1; ++b) {
      values[b] = Load::load(v + 8 * b);
    }
    values[V - 1] = lanes == 8 ? Load::load(v + 8 * (V - 1)) : Load::load_part(v + 8 * (V - 1), lanes);
    for (int a = 0; a < M; ++a) {
      const __m256 weight = _mm256_set1_ps(p[a * ldp + n]);
      for (int b = 0; b < V; ++b) {
        sums[a][b] = _mm256_fmadd_ps(weight, values[b], sums[a][b]);
      }
    }
  }
  for (int a = 0; a < M; ++a) {
    for (int b = 0; b < V; ++b) {
      _mm256_maskstore_ps(out + a * matrix.columns + 8 * b, avx2::lane_mask(b < V - 1 ? 8 : lanes),
                          sums[a][b]);
    }
  }
}

template <class Load, int M>
void columns_of_rows(const Matrix& matrix, const float* p, std::int64_t ldp, float* out) {
  constexpr int kRegisters = 4;
  const auto* v = static_cast<const typename Load::Type*>(matrix.data);
  std::int64_t c = 0;
  for (; c + 8 * kRegisters <= matrix.columns; c += 8 * kRegisters) {
    columns_tile<Load, M, kRegisters>(v + c, matrix, p, ldp, 8, out + c);
  }
  for (; c < matrix.columns; c += 8) {
    const std::int64_t lanes = matrix.columns - c < 8 ? matrix.columns - c : 8;
    columns_tile<Load, M, 1>(v + c, matrix, p, ldp, lanes, out + c);
  }
}

template <class Load>
void weighted_rows_of(const Matrix& v, const float* p, std::int64_t m, std::int64_t ldp, float* out) {
  std::int64_t i = 0;
  for (; i + 2 <= m; i += 2) {
    columns_of_rows<Load, 2>(v, p + i * ldp, ldp, out + i * v.columns);
  }
  if (i < m) {
    columns_of_rows<Load, 1>(v, p + i * ldp, ldp, out + i * v.columns);
  }
}

void weighted_rows(const Matrix& v, const float* p, std::int64_t m, std::int64_t ldp, float* out) {
  switch (v.type) {
    case WeightType::kBF16:
      return weighted_rows_of<avx2::BF16>(v, p, m, ldp, out);
    case WeightType::kF16:
      return weighted_rows_of<avx2::F16>(v, p, m, ldp, out);
    default:
      return weighted_rows_of<avx2::F32>(v, p, m, ldp, out);
  }
}

// e^x with a relative error below 3e-7 for x in [-87, 88], clamped outside; NaN stays NaN. x = n ln 2 + r
// with |r| <= ln 2 / 2, then the Taylor series of e^r to degree 7, whose remainder is below 1e-8 there.
inline __m256 exp8(__m256 x) {
  // In this order the instructions return x when it is NaN.
  x = _mm256_max_ps(_mm256_set1_ps(-87.0f), _mm256_min_ps(_mm256_set1_ps(88.0f), x));
  const __m256 n = _mm256_round_ps(_mm256_mul_ps(x, _mm256_set1_ps(1.44269504f)),
                                   _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  // ln 2 in two parts, the first short enough for n times it to be exact.
  __m256 r = _mm256_fnmadd_ps(n, _mm256_set1_ps(0.693359375f), x);
  r = _mm256_fnmadd_ps(n, _mm256_set1_ps(-2.12194440e-4f), r);
  __m256 e = _mm256_set1_ps(1.0f / 5040);
  constexpr float kSeries[] = {1.0f / 720, 1.0f / 120, 1.0f / 24, 1.0f / 6, 0.5f, 1.0f, 1.0f};
  for (const float coefficient : kSeries) {
    e = _mm256_fmadd_ps(e, r, _mm256_set1_ps(coefficient));
  }
  const __m256i exponent =
      _mm256_slli_epi32(_mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127)), 23);
  return _mm256_mul_ps(e, _mm256_castsi256_ps(exponent));
}

float exp_sum(float* values, std::int64_t n, float max) {
  __m256 sum = _mm256_setzero_ps();
  for (std::int64_t i = 0; i < n; i += 8) {
    const __m256i mask = avx2::lane_mask(n - i < 8 ? n - i : 8);
    const __m256 difference = _mm256_sub_ps(_mm256_maskload_ps(values + i, mask), _mm256_set1_ps(max));
    const __m256 e = _mm256_and_ps(exp8(difference), _mm256_castsi256_ps(mask));
    _mm256_maskstore_ps(values + i, mask, e);
    sum = _mm256_add_ps(sum, e);
  }
  return avx2::sum_lanes(sum);
}

void silu_multiply(float* gate, const float* up, std::int64_t n) {
  const __m256 one = _mm256_set1_ps(1.0f);
  for (std::int64_t i = 0; i < n; i += 8) {
    const __m256i mask = avx2::lane_mask(n - i < 8 ? n - i : 8);
    const __m256 g = _mm256_maskload_ps(gate + i, mask);
    const __m256 below = _mm256_add_ps(one, exp8(_mm256_sub_ps(_mm256_setzero_ps(), g)));
    const __m256 silu = _mm256_div_ps(g, below);
    _mm256_maskstore_ps(gate + i, mask, _mm256_mul_ps(silu, _mm256_maskload_ps(up + i, mask)));
  }
}

}  // namespace

const LevelKernels& avx2_kernels() {
  static constexpr LevelKernels kernels{multiply_any, weighted_rows, exp_sum, silu_multiply};
  return kernels;
}

}  // namespace pixelsail::kernels
