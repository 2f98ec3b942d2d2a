#include "kernels/avx2_load.h"
#include "kernels/avx2_product.h"

// Every sum over k has one register of eight lanes, whichever rows are worked on beside it: that makes y[i,
// n] independent of m and of the split into ranges of rows. Several sums at a time hide the latency of the
// additions.

namespace pixelsail::kernels::avx2 {
namespace {

constexpr int kRows = 4;  // rows of the weight read side by side

// How columns of a row come into registers: in their order, eight at a time, beside x as it is.
template <class Load>
struct InOrder {
  using Type = typename Load::Type;
  static constexpr int kRegisters = 1;
  static void load(const Type* p, __m256 (&out)[1]) { out[0] = Load::load(p); }
  static void load_part(const Type* p, std::int64_t n, __m256 (&out)[1]) { out[0] = Load::load_part(p, n); }
  static const float* row_of_x(const Product& product, std::int64_t i) { return product.x + i * product.ldx; }
  static std::int64_t stride_of_x(const Product& product) { return product.ldx; }
  static void prepare(const Product& /*product*/, std::int64_t /*columns*/) {}
};

// bf16 sixteen at a time: the even columns, then the odd ones, each with one instruction from the same
// register. x waits in the work space in that order, with zeros behind its end.
struct EvenOdd {
  using Type = std::uint16_t;
  static constexpr int kRegisters = 2;
  static void split(__m256i bits, __m256 (&out)[2]) {
    out[0] = _mm256_castsi256_ps(_mm256_slli_epi32(bits, 16));
    out[1] = _mm256_castsi256_ps(_mm256_and_si256(bits, _mm256_set1_epi32(static_cast<int>(0xFFFF0000))));
  }
  static void load(const Type* p, __m256 (&out)[2]) {
    split(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)), out);
  }
  static void load_part(const Type* p, std::int64_t n, __m256 (&out)[2]) {
    const __m128i low = load_bytes(p, n < 8 ? 2 * n : 16);
    const __m128i high = n < 8 ? _mm_setzero_si128() : load_bytes(p + 8, 2 * n - 16);
    split(_mm256_set_m128i(high, low), out);
  }
  static const float* row_of_x(const Product& product, std::int64_t i) {
    return product.work.memory + i * product.work.stride;
  }
  static std::int64_t stride_of_x(const Product& product) { return product.work.stride; }
  static void prepare(const Product& product, std::int64_t columns) {
    for (std::int64_t i = 0; i < product.m; ++i) {
      const float* x = product.x + i * product.ldx;
      float* out = product.work.memory + i * product.work.stride;
      for (std::int64_t k = 0; k < columns; k += 16) {
        const __m256 a = F32::load_part(x + k, columns - k);
        const __m256 b = columns - k > 8 ? F32::load_part(x + k + 8, columns - k - 8) : _mm256_setzero_ps();
        // Pairs of evens come as a, b, a, b.
        const __m256d even = _mm256_castps_pd(_mm256_shuffle_ps(a, b, 0x88));
        const __m256d odd = _mm256_castps_pd(_mm256_shuffle_ps(a, b, 0xDD));
        _mm256_storeu_ps(out + k, _mm256_castpd_ps(_mm256_permute4x64_pd(even, 0xD8)));
        _mm256_storeu_ps(out + k + 8, _mm256_castpd_ps(_mm256_permute4x64_pd(odd, 0xD8)));
      }
    }
  }
};

// Sums of M rows of x with R rows of w; the first rows of both are i and n. Fetches what comes behind w when
// `fetch` is set.
// Long: what it keeps in registers must not pass through a call.
template <class Way, int M, int R>
inline void tile(const typename Way::Type* w, std::int64_t columns, bool fetch, const Product& product,
                 std::int64_t i, std::int64_t n) {
  constexpr int kRegisters = Way::kRegisters;
  constexpr std::int64_t kStep = 8 * kRegisters;
  constexpr std::int64_t kLine = 64 / static_cast<std::int64_t>(sizeof(typename Way::Type));
  const float* x = Way::row_of_x(product, i);
  const std::int64_t x_stride = Way::stride_of_x(product);
  __m256 sums[M][R];
  for (int a = 0; a < M; ++a) {
    for (int r = 0; r < R; ++r) {
      sums[a][r] = _mm256_setzero_ps();
    }
  }
  const auto step = [&](std::int64_t at) {
    __m256 row[R][kRegisters];
    for (int r = 0; r < R; ++r) {
      Way::load(w + r * columns + at, row[r]);
    }
    for (int a = 0; a < M; ++a) {
      for (int part = 0; part < kRegisters; ++part) {
        const __m256 value = _mm256_loadu_ps(x + a * x_stride + at + 8 * part);
        for (int r = 0; r < R; ++r) {
          sums[a][r] = _mm256_fmadd_ps(row[r][part], value, sums[a][r]);
        }
      }
    }
  };
  std::int64_t k = 0;
  for (; k + kLine <= columns; k += kLine) {
    if (fetch) {
      for (int r = 0; r < R; ++r) {
        fetch_ahead(w + r * columns + k);
      }
    }
    for (std::int64_t done = 0; done < kLine; done += kStep) {
      step(k + done);
    }
  }
  for (; k + kStep <= columns; k += kStep) {
    step(k);
  }
  if (k < columns) {
    for (int r = 0; r < R; ++r) {
      __m256 row[kRegisters];
      Way::load_part(w + r * columns + k, columns - k, row);
      for (int a = 0; a < M; ++a) {
        for (int part = 0; part < kRegisters; ++part) {
          // One register means x as it is, which ends with the columns.
          const float* place = x + a * x_stride + k + 8 * part;
          const __m256 value = kRegisters == 1 ? F32::load_part(place, columns - k) : F32::load(place);
          sums[a][r] = _mm256_fmadd_ps(row[part], value, sums[a][r]);
        }
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
template <class Way, int R>
inline void rows_of_weight(const typename Way::Type* w, std::int64_t columns, const Product& product,
                           std::int64_t n) {
  std::int64_t i = 0;
  for (; i + 4 <= product.m; i += 4) {
    constexpr int kPart = R < 2 ? R : 2;
    for (int r = 0; r < R; r += kPart) {
      tile<Way, 4, kPart>(w + r * columns, columns, i == 0, product, i, n + r);
    }
  }
  for (; i + 2 <= product.m; i += 2) {
    tile<Way, 2, R>(w, columns, i == 0, product, i, n);
  }
  if (i < product.m) {
    tile<Way, 1, R>(w, columns, i == 0, product, i, n);
  }
}

template <class Way>
void multiply_rows(const Matrix& w, const Product& product) {
  const auto* data = static_cast<const typename Way::Type*>(w.data);
  Way::prepare(product, w.columns);
  std::int64_t n = product.row_begin;
  for (; n + kRows <= product.row_end; n += kRows) {
    rows_of_weight<Way, kRows>(data + n * w.columns, w.columns, product, n);
  }
  for (; n < product.row_end; ++n) {
    rows_of_weight<Way, 1>(data + n * w.columns, w.columns, product, n);
  }
}

}  // namespace

void multiply_float(const Matrix& w, const Product& product) {
  switch (w.type) {
    case WeightType::kBF16:
      return multiply_rows<EvenOdd>(w, product);
    case WeightType::kF16:
      return multiply_rows<InOrder<F16>>(w, product);
    default:
      return multiply_rows<InOrder<F32>>(w, product);
  }
}

}  // namespace pixelsail::kernels::avx2
