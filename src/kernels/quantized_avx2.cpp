#include "kernels/avx2_load.h"
#include "kernels/avx2_product.h"

// Products with int8 and int4 weights. x is rounded to 16 bits a value, relative to the largest of its group,
// so that one instruction multiplies and adds sixteen pairs of integers; sums over a group are exact.

namespace pixelsail::kernels::avx2 {
namespace {

constexpr int kRows = 4;  // rows of the weight read side by side

inline __m128i load_half(const void* p) {
  return _mm_loadu_si128(static_cast<const __m128i*>(p));
}
inline __m256i load_integers(const void* p) {
  return _mm256_loadu_si256(static_cast<const __m256i*>(p));
}

// The factor that a group of x has behind its integers, and the sum of the group.
struct Group {
  float scale;
  float sum;
};

// Rounds n values of x to integers q with x = q * scale, and writes them, followed by zeros, to the places
// `out(k)` for k = 0, 8, 16 .. below `padded`. A group that holds NaN or infinity gets a scale of NaN.
template <class Out>
inline Group round_group(const float* x, std::int64_t n, std::int64_t padded, Out out) {
  const __m256i no_sign = _mm256_set1_epi32(0x7FFFFFFF);
  __m256i largest = _mm256_setzero_si256();
  __m256 sum = _mm256_setzero_ps();
  for (std::int64_t k = 0; k < n; k += 8) {
    const __m256 value = _mm256_maskload_ps(x + k, lane_mask(n - k));
    // Magnitudes are ordered like their bits, infinity and NaN above all.
    largest = _mm256_max_epi32(largest, _mm256_and_si256(_mm256_castps_si256(value), no_sign));
    sum = _mm256_add_ps(sum, value);
  }
  __m128i four = _mm_max_epi32(_mm256_castsi256_si128(largest), _mm256_extracti128_si256(largest, 1));
  four = _mm_max_epi32(four, _mm_shuffle_epi32(four, 0x4E));
  four = _mm_max_epi32(four, _mm_shuffle_epi32(four, 0xB1));
  const float magnitude = _mm_cvtss_f32(_mm_castsi128_ps(four));
  const bool finite = _mm_cvtsi128_si32(four) < 0x7F800000;
  // Below the smallest normal number the quotient could overflow; such a group counts as zero.
  const bool used = finite && magnitude >= 32767 * 0x1p-126f;
  const __m256 inverse = _mm256_set1_ps(used ? 32767 / magnitude : 0.0f);
  for (std::int64_t k = 0; k < padded; k += 8) {
    __m256i q = _mm256_setzero_si256();
    if (used && k < n) {
      q = _mm256_cvtps_epi32(_mm256_mul_ps(_mm256_maskload_ps(x + k, lane_mask(n - k)), inverse));
    }
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out(k)),
                     _mm_packs_epi32(_mm256_castsi256_si128(q), _mm256_extracti128_si256(q, 1)));
  }
  const float scale = used ? magnitude / 32767 : 0.0f;
  return {finite ? scale : __builtin_nanf(""), sum_lanes(sum)};
}

// What stands in a row of the work space for n columns, n rounded up to 64: n integers, then n / 8 floats of
// scales and as many of sums.
struct Rounded {
  std::int16_t* values;
  float* scales;
  float* sums;
};

inline Rounded rounded_row(const WorkSpace& work, std::int64_t i) {
  float* row = work.memory + i * work.stride;
  return {reinterpret_cast<std::int16_t*>(row), row + work.stride / 2, row + work.stride / 8 * 5};
}

// int8: values in their order, one scale a group.
void round_rows_int8(const Matrix& w, const Product& product) {
  for (std::int64_t i = 0; i < product.m; ++i) {
    const float* x = product.x + i * product.ldx;
    const Rounded row = rounded_row(product.work, i);
    for (std::int64_t k = 0, g = 0; k < w.columns; k += w.group, ++g) {
      const std::int64_t n = w.columns - k < w.group ? w.columns - k : w.group;
      const auto place = [&](std::int64_t at) { return row.values + k + at; };
      row.scales[g] = round_group(x + k, n, (n + 15) / 16 * 16, place).scale;
    }
  }
}

// int4: two groups side by side, eight values of each in a register, as the nibbles come out of their words;
// scale and a quarter of the sum four times a group, as the lanes of its sums lie. (Quarters, because the
// four lanes are added up.)
void round_rows_int4(const Matrix& w, const Product& product) {
  for (std::int64_t i = 0; i < product.m; ++i) {
    const float* x = product.x + i * product.ldx;
    const Rounded row = rounded_row(product.work, i);
    for (std::int64_t k = 0, g = 0; k < product.work.stride; k += kInt4Group, ++g) {
      const std::int64_t left = w.columns - k;
      const std::int64_t n = left < 0 ? 0 : left < kInt4Group ? left : kInt4Group;
      const auto place = [&](std::int64_t at) { return row.values + g / 2 * 64 + g % 2 * 8 + at * 2; };
      const Group group = round_group(x + (n > 0 ? k : 0), n, kInt4Group, place);
      _mm_storeu_ps(row.scales + g * 4, _mm_set1_ps(group.scale));
      _mm_storeu_ps(row.sums + g * 4, _mm_set1_ps(group.sum * 0.25f));
    }
  }
}

// The sums of M rows of x with R rows of w.
template <int M, int R>
struct Sums {
  __m256 lanes[M][R];

  Sums() {
    for (int a = 0; a < M; ++a) {
      for (int r = 0; r < R; ++r) {
        lanes[a][r] = _mm256_setzero_ps();
      }
    }
  }

  void store(const Product& product, std::int64_t i, std::int64_t n) const {
    for (int a = 0; a < M; ++a) {
      for (int r = 0; r < R; ++r) {
        const float bias = product.bias != nullptr ? product.bias[n + r] : 0.0f;
        product.y[(i + a) * product.ldy + n + r] = sum_lanes(lanes[a][r]) + bias;
      }
    }
  }
};

struct Int8 {
  static constexpr auto round_rows = round_rows_int8;

  template <int M, int R>
  static void tile(const Matrix& w, const Product& product, std::int64_t i, std::int64_t n) {
    const std::int64_t columns = w.columns;
    const std::int64_t group = w.group;
    const std::int64_t groups = (columns + group - 1) / group;
    const auto* data = static_cast<const std::int8_t*>(w.data) + n * columns;
    const auto* scales = static_cast<const float*>(w.scales) + n * groups;
    const Rounded x = rounded_row(product.work, i);
    const std::int64_t stride = product.work.stride;
    Sums<M, R> sums;
    for (std::int64_t g = 0, k = 0; g < groups; ++g) {
      const std::int64_t end = k + group < columns ? k + group : columns;
      __m256i products[M][R];
      for (int r = 0; r < R; ++r) {
        fetch_ahead(data + r * columns + k);
        for (int a = 0; a < M; ++a) {
          products[a][r] = _mm256_setzero_si256();
        }
      }
      for (; k + 32 <= end; k += 32) {
        for (int r = 0; r < R; ++r) {
          const __m256i low = _mm256_cvtepi8_epi16(load_half(data + r * columns + k));
          const __m256i high = _mm256_cvtepi8_epi16(load_half(data + r * columns + k + 16));
          for (int a = 0; a < M; ++a) {
            const std::int16_t* values = x.values + 2 * a * stride + k;
            const __m256i pairs = _mm256_add_epi32(_mm256_madd_epi16(low, load_integers(values)),
                                                   _mm256_madd_epi16(high, load_integers(values + 16)));
            products[a][r] = _mm256_add_epi32(products[a][r], pairs);
          }
        }
      }
      for (; k < end; k += 16) {
        const std::int64_t left = end - k < 16 ? end - k : 16;
        for (int r = 0; r < R; ++r) {
          const __m256i weight = _mm256_cvtepi8_epi16(load_bytes(data + r * columns + k, left));
          for (int a = 0; a < M; ++a) {
            const std::int16_t* values = x.values + 2 * a * stride + k;
            products[a][r] =
                _mm256_add_epi32(products[a][r], _mm256_madd_epi16(weight, load_integers(values)));
          }
        }
      }
      for (int r = 0; r < R; ++r) {
        const __m256 w_scale = _mm256_broadcast_ss(scales + r * groups + g);
        for (int a = 0; a < M; ++a) {
          const __m256 scale = _mm256_mul_ps(w_scale, _mm256_broadcast_ss(x.scales + a * stride + g));
          sums.lanes[a][r] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(products[a][r]), scale, sums.lanes[a][r]);
        }
      }
    }
    sums.store(product, i, n);
  }
};

struct Int4 {
  static constexpr auto round_rows = round_rows_int4;

  template <int M, int R>
  static void tile(const Matrix& w, const Product& product, std::int64_t i, std::int64_t n) {
    const std::int64_t groups = (w.columns + kInt4Group - 1) / kInt4Group;
    const auto* data = static_cast<const std::uint8_t*>(w.data) + n * groups * 16;
    const auto* pairs = static_cast<const std::uint16_t*>(w.scales) + n * groups * 2;
    const Rounded x = rounded_row(product.work, i);
    const std::int64_t stride = product.work.stride;
    Sums<M, R> sums;
    const __m256i nibble = _mm256_set1_epi16(15);
    const __m256i upper = _mm256_set1_epi32(static_cast<int>(0xFFFF0000));
    // `words` holds the q of two groups, `both` step and minimum of the first group in the lower four lanes,
    // those of the second in the upper ones.
    const auto two_groups = [&](std::int64_t g, int r, __m256i words, __m256i both) {
      const __m256i q0 = _mm256_and_si256(words, nibble);
      const __m256i q1 = _mm256_and_si256(_mm256_srli_epi16(words, 4), nibble);
      const __m256i q2 = _mm256_and_si256(_mm256_srli_epi16(words, 8), nibble);
      const __m256i q3 = _mm256_srli_epi16(words, 12);
      const __m256 step = _mm256_castsi256_ps(_mm256_slli_epi32(both, 16));
      const __m256 minimum = _mm256_castsi256_ps(_mm256_and_si256(both, upper));
      for (int a = 0; a < M; ++a) {
        const std::int16_t* values = x.values + 2 * a * stride + g * 32;
        const __m256i products =
            _mm256_add_epi32(_mm256_add_epi32(_mm256_madd_epi16(q0, load_integers(values)),
                                              _mm256_madd_epi16(q1, load_integers(values + 16))),
                             _mm256_add_epi32(_mm256_madd_epi16(q2, load_integers(values + 32)),
                                              _mm256_madd_epi16(q3, load_integers(values + 48))));
        const std::int64_t at = a * stride + g * 4;
        const __m256 scale = _mm256_mul_ps(step, _mm256_loadu_ps(x.scales + at));
        __m256& sum = sums.lanes[a][r];
        sum = _mm256_fmadd_ps(_mm256_cvtepi32_ps(products), scale, sum);
        sum = _mm256_fmadd_ps(minimum, _mm256_loadu_ps(x.sums + at), sum);
      }
    };
    const __m256i spread = _mm256_setr_epi32(0, 0, 0, 0, 1, 1, 1, 1);
    std::int64_t g = 0;
    for (; g + 2 <= groups; g += 2) {
      for (int r = 0; r < R; ++r) {
        const std::uint8_t* words = data + (r * groups + g) * 16;
        const std::uint16_t* pair = pairs + (r * groups + g) * 2;
        fetch_ahead(words);
        const __m256 doubled = _mm256_castpd_ps(_mm256_broadcast_sd(reinterpret_cast<const double*>(pair)));
        const __m256i both = _mm256_castps_si256(_mm256_permutevar_ps(doubled, spread));
        two_groups(g, r, load_integers(words), both);
      }
    }
    if (g < groups) {
      for (int r = 0; r < R; ++r) {
        int pair = 0;
        __builtin_memcpy(&pair, pairs + (r * groups + g) * 2, sizeof(pair));
        two_groups(g, r, _mm256_zextsi128_si256(load_half(data + (r * groups + g) * 16)),
                   _mm256_zextsi128_si256(_mm_set1_epi32(pair)));
      }
    }
    sums.store(product, i, n);
  }
};

// All of x with R rows of w.
template <class Type, int R>
inline void rows_of_weight(const Matrix& w, const Product& product, std::int64_t n) {
  std::int64_t i = 0;
  for (; i + 4 <= product.m; i += 4) {
    for (int r = 0; r < R; ++r) {
      Type::template tile<4, 1>(w, product, i, n + r);
    }
  }
  for (; i + 2 <= product.m; i += 2) {
    constexpr int kPart = R < 2 ? R : 2;
    for (int r = 0; r < R; r += kPart) {
      Type::template tile<2, kPart>(w, product, i, n + r);
    }
  }
  if (i < product.m) {
    Type::template tile<1, R>(w, product, i, n);
  }
}

template <class Type>
void multiply_rows(const Matrix& w, const Product& product) {
  Type::round_rows(w, product);
  std::int64_t n = product.row_begin;
  for (; n + kRows <= product.row_end; n += kRows) {
    rows_of_weight<Type, kRows>(w, product, n);
  }
  for (; n < product.row_end; ++n) {
    rows_of_weight<Type, 1>(w, product, n);
  }
}

}  // namespace

void multiply_quantized(const Matrix& w, const Product& product) {
  if (w.type == WeightType::kInt8) {
    multiply_rows<Int8>(w, product);
  } else {
    multiply_rows<Int4>(w, product);
  }
}

}  // namespace pixelsail::kernels::avx2
