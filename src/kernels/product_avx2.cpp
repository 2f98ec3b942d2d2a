#include "kernels/avx2_load.h"
#include "kernels/avx2_product.h"

// Every sum over k has one register of eight lanes, whichever rows are worked on beside it: that makes y[i,
// n] independent of m and of the split into ranges of rows. Several sums at a time hide the latency of the
// additions.

namespace pixelsail::kernels::avx2 {
namespace {

constexpr int kRows = 4;  // rows of the weight read side by side

// Sums of M rows of x with R rows of w; the first rows of both are i and n. Fetches what comes behind w when
// `fetch` is set.
template <class Load, int M, int R>
inline void tile(const typename Load::Type* w, std::int64_t columns, bool fetch, const Product& product,
                 std::int64_t i, std::int64_t n) {
  __m256 sums[M][R];
  for (int a = 0; a < M; ++a) {
    for (int r = 0; r < R; ++r) {
      sums[a][r] = _mm256_setzero_ps();
    }
  }
  const float* x = product.x + i * product.ldx;
  constexpr std::int64_t kLine = 64 / static_cast<std::int64_t>(sizeof(typename Load::Type));
  std::int64_t k = 0;
  const auto step = [&] {
    __m256 row[R];
    for (int r = 0; r < R; ++r) {
      row[r] = Load::load(w + r * columns + k);
    }
    for (int a = 0; a < M; ++a) {
      const __m256 value = _mm256_loadu_ps(x + a * product.ldx + k);
      for (int r = 0; r < R; ++r) {
        sums[a][r] = _mm256_fmadd_ps(row[r], value, sums[a][r]);
      }
    }
    k += 8;
  };
  while (k + kLine <= columns) {
    if (fetch) {
      for (int r = 0; r < R; ++r) {
        fetch_ahead(w + r * columns + k);
      }
    }
    for (std::int64_t part = 0; part < kLine; part += 8) {
      step();
    }
  }
  while (k + 8 <= columns) {
    step();
  }
  if (k < columns) {
    __m256 row[R];
    for (int r = 0; r < R; ++r) {
      row[r] = Load::load_part(w + r * columns + k, columns - k);
    }
    for (int a = 0; a < M; ++a) {
      const __m256 value = _mm256_maskload_ps(x + a * product.ldx + k, lane_mask(columns - k));
      for (int r = 0; r < R; ++r) {
        sums[a][r] = _mm256_fmadd_ps(row[r], value, sums[a][r]);
      }
    }
  }
  for (int a = 0; a < M; ++a) {
    for (int r = 0; r < R; ++r) {
      const float bias = product.bias != nullptr ? product.bias[n + r] : 0.0f;
      product.y[(i + a) * product.ldy + n + r] = sum_lanes(sums[a][r]) + bias;
    }
  }
}

// All of x with R rows of w: as many sums at a time as there are registers for.
template <class Load, int R>
inline void rows_of_weight(const typename Load::Type* w, std::int64_t columns, const Product& product,
                           std::int64_t n) {
  std::int64_t i = 0;
  for (; i + 4 <= product.m; i += 4) {
    constexpr int kPart = R < 2 ? R : 2;
    for (int r = 0; r < R; r += kPart) {
      tile<Load, 4, kPart>(w + r * columns, columns, i == 0, product, i, n + r);
    }
  }
  for (; i + 2 <= product.m; i += 2) {
    tile<Load, 2, R>(w, columns, i == 0, product, i, n);
  }
  if (i < product.m) {
    tile<Load, 1, R>(w, columns, i == 0, product, i, n);
  }
}

template <class Load>
void multiply_rows(const Matrix& w, const Product& product) {
  const auto* data = static_cast<const typename Load::Type*>(w.data);
  std::int64_t n = product.row_begin;
  for (; n + kRows <= product.row_end; n += kRows) {
    rows_of_weight<Load, kRows>(data + n * w.columns, w.columns, product, n);
  }
  for (; n < product.row_end; ++n) {
    rows_of_weight<Load, 1>(data + n * w.columns, w.columns, product, n);
  }
}

}  // namespace

void multiply_float(const Matrix& w, const Product& product) {
  switch (w.type) {
    case WeightType::kBF16:
      return multiply_rows<BF16>(w, product);
    case WeightType::kF16:
      return multiply_rows<F16>(w, product);
    default:
      return multiply_rows<F32>(w, product);
  }
}

}  // namespace pixelsail::kernels::avx2
