#pragma once

/// Element types of activations inside kernels, which compute in float32, and loads of eight elements at once.

#include <cstdint>
#include <cstring>

#include "grid.h"

#if defined(__CUDACC__)
#include <cuda_bf16.h>
#include <cuda_fp16.h>
#else
#include "kernels/half.h"
#endif

namespace pixelsail::cuda {

struct Bfloat16 {
  std::uint16_t bits;
};
struct Float16 {
  std::uint16_t bits;
};

PIXELSAIL_DEVICE float widen(float value) {
  return value;
}
#if defined(__CUDACC__)
PIXELSAIL_DEVICE float widen(Bfloat16 value) {
  return __bfloat162float(__ushort_as_bfloat16(value.bits));
}
PIXELSAIL_DEVICE float widen(Float16 value) {
  return __half2float(__ushort_as_half(value.bits));
}
#else
inline float widen(Bfloat16 value) {
  return kernels::bf16_to_float(value.bits);
}
inline float widen(Float16 value) {
  return kernels::f16_to_float(value.bits);
}
#endif

/// To nearest, ties to even.
template <class T>
PIXELSAIL_DEVICE T narrowed(float value);
template <>
PIXELSAIL_DEVICE float narrowed<float>(float value) {
  return value;
}
#if defined(__CUDACC__)
template <>
PIXELSAIL_DEVICE Bfloat16 narrowed<Bfloat16>(float value) {
  return {__bfloat16_as_ushort(__float2bfloat16_rn(value))};
}
template <>
PIXELSAIL_DEVICE Float16 narrowed<Float16>(float value) {
  return {__half_as_ushort(__float2half_rn(value))};
}
#else
template <>
inline Bfloat16 narrowed<Bfloat16>(float value) {
  return {kernels::float_to_bf16(value)};
}
template <>
inline Float16 narrowed<Float16>(float value) {
  return {kernels::float_to_f16(value)};
}
#endif

/// What an operation in T leaves of a value.
template <class T>
PIXELSAIL_DEVICE float rounded(float value) {
  return widen(narrowed<T>(value));
}

/// Products and sums that the compiler does not join: they are rounded as torch's separate operations are.
PIXELSAIL_DEVICE float product(float a, float b) {
#if defined(__CUDACC__)
  return __fmul_rn(a, b);
#else
  return a * b;
#endif
}
PIXELSAIL_DEVICE float sum(float a, float b) {
#if defined(__CUDACC__)
  return __fadd_rn(a, b);
#else
  return a + b;
#endif
}

/// A whole of 16 bytes or more at an address that is a multiple of 16: GPUs load 16 bytes at once.
template <class Whole>
PIXELSAIL_DEVICE Whole load_as(const void* from) {
#if defined(__CUDACC__)
  return *static_cast<const Whole*>(from);
#else
  Whole whole;
  std::memcpy(&whole, from, sizeof(whole));
  return whole;
#endif
}

inline constexpr int kPack = 8;

/// Eight elements that lie behind each other; in memory at a multiple of 16 bytes.
template <class T>
struct alignas(16) Pack {
  T values[kPack];
};

template <class T>
PIXELSAIL_DEVICE Pack<T> load_pack(const T* from) {
  return load_as<Pack<T>>(from);
}

template <class T>
PIXELSAIL_DEVICE void store_pack(T* to, const Pack<T>& pack) {
#if defined(__CUDACC__)
  *reinterpret_cast<Pack<T>*>(to) = pack;
#else
  std::memcpy(to, &pack, sizeof(pack));
#endif
}

/// `count` elements (at most eight) at any address; the others are zero.
template <class T>
PIXELSAIL_DEVICE Pack<T> load_some(const T* from, std::int64_t count) {
  Pack<T> pack;
  PIXELSAIL_UNROLL
  for (int i = 0; i < kPack; ++i) pack.values[i] = i < count ? from[i] : narrowed<T>(0.0F);
  return pack;
}

template <class T>
PIXELSAIL_DEVICE void store_some(T* to, const Pack<T>& pack, std::int64_t count) {
  PIXELSAIL_UNROLL
  for (int i = 0; i < kPack; ++i)
    if (i < count) to[i] = pack.values[i];
}

}  // namespace pixelsail::cuda
