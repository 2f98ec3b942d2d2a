#pragma once

/// Eight numbers of an element type as float32; for files compiled with AVX2, FMA and F16C only.

#include <immintrin.h>

#include <cstdint>

namespace pixelsail::kernels::avx2 {

/// The first n of eight lanes, n in [0, 8].
inline __m256i lane_mask(std::int64_t n) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(n)),
                            _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

/// 16 bytes of which the first n are read from p and the others are zero, n in [0, 16].
inline __m128i load_bytes(const void* p, std::int64_t n) {
  alignas(16) unsigned char buffer[16] = {};
  __builtin_memcpy(buffer, p, static_cast<unsigned long>(n));
  return _mm_load_si128(reinterpret_cast<const __m128i*>(buffer));
}

/// Asks for what comes 4 KB behind p. The rows of a weight follow each other, so one distance serves all of
/// it; it covers the latency of memory and leaves room in the first level cache. Each weight is read once a
/// token, so it need not displace anything in the other caches.
inline void fetch_ahead(const void* p) {
  _mm_prefetch(static_cast<const char*>(p) + 4096, _MM_HINT_NTA);
}

struct F32 {
  using Type = float;
  static __m256 load(const Type* p) { return _mm256_loadu_ps(p); }
  static __m256 load_part(const Type* p, std::int64_t n) { return _mm256_maskload_ps(p, lane_mask(n)); }
};

struct BF16 {
  using Type = std::uint16_t;
  static __m256 widen(__m128i bits) {
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(bits), 16));
  }
  static __m256 load(const Type* p) { return widen(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))); }
  static __m256 load_part(const Type* p, std::int64_t n) { return widen(load_bytes(p, 2 * n)); }
};

struct F16 {
  using Type = std::uint16_t;
  static __m256 load(const Type* p) {
    return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
  }
  static __m256 load_part(const Type* p, std::int64_t n) { return _mm256_cvtph_ps(load_bytes(p, 2 * n)); }
};

/// Sum of the lanes, always in the same order.
inline float sum_lanes(__m256 v) {
  const __m128 four = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
  const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}

}  // namespace pixelsail::kernels::avx2
