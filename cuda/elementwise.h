#pragma once

/// Bodies of the kernels that treat each element by itself: rotation with the store into a cache, and SwiGLU's
/// product. They round where torch's separate operations do.

#include <cmath>

#include "element.h"
#include "launch.h"

namespace pixelsail::cuda {

template <class Grid>
PIXELSAIL_DEVICE std::int64_t index_of(const Grid& grid) {
  return static_cast<std::int64_t>(grid.block_x()) * kThreads + grid.thread();
}

/// A thread has elements e and e + E of one head: [B, heads of q, of k, of v, E].
PIXELSAIL_BOTH std::int64_t threads_of(const RopeStore& a) {
  return static_cast<std::int64_t>(a.batch) * (a.heads + 2 * a.kv_heads) * (a.size / 2);
}

template <class T>
PIXELSAIL_DEVICE float table_value(const void* table, bool is_float, std::int64_t place) {
  if (is_float) return rounded<T>(static_cast<const float*>(table)[place]);
  return widen(static_cast<const T*>(table)[place]);
}

template <class T>
PIXELSAIL_DEVICE void rotate(const T* from, T* to, int half, float cos, float sin) {
  const float low = widen(from[0]), high = widen(from[half]);
  to[0] = narrowed<T>(sum(rounded<T>(product(low, cos)), -rounded<T>(product(high, sin))));
  to[half] = narrowed<T>(sum(rounded<T>(product(high, cos)), rounded<T>(product(low, sin))));
}

template <class T, class Grid>
PIXELSAIL_DEVICE void rope_store_rows(const Grid& grid, const RopeStore& a) {
  const std::int64_t index = index_of(grid);
  if (index >= threads_of(a)) return;
  const int half = a.size / 2;
  const int e = static_cast<int>(index % half);
  const auto head_and_batch = index / half;
  const int all = a.heads + 2 * a.kv_heads;
  const std::int64_t b = head_and_batch / all;
  const std::int64_t head = head_and_batch % all;
  const std::int64_t place = b * half + e;
  if (head < a.heads) {
    const T* from = static_cast<const T*>(a.q) + b * a.q_strides.batch + head * a.q_strides.head + e;
    rotate(from, static_cast<T*>(a.rotated) + (b * a.heads + head) * a.size + e, half,
           table_value<T>(a.cos, a.float_table, place), table_value<T>(a.sin, a.float_table, place));
    return;
  }
  const std::int64_t row = a.past[b];
  if (row < 0 || row >= a.capacity) return;
  if (head < a.heads + a.kv_heads) {
    const std::int64_t g = head - a.heads;
    const T* from = static_cast<const T*>(a.k) + b * a.k_strides.batch + g * a.k_strides.head + e;
    T* to = static_cast<T*>(a.keys) + b * a.key_strides.batch + g * a.key_strides.head +
            row * a.key_strides.row + e;
    rotate(from, to, half, table_value<T>(a.cos, a.float_table, place),
           table_value<T>(a.sin, a.float_table, place));
    return;
  }
  const std::int64_t g = head - a.heads - a.kv_heads;
  const T* from = static_cast<const T*>(a.v) + b * a.v_strides.batch + g * a.v_strides.head + e;
  T* to = static_cast<T*>(a.values) + b * a.value_strides.batch + g * a.value_strides.head +
          row * a.value_strides.row + e;
  to[0] = from[0];
  to[half] = from[half];
}

/// A thread has eight columns of a row.
PIXELSAIL_BOTH std::int64_t packs_of_row(std::int64_t columns) {
  return (columns + kPack - 1) / kPack;
}
PIXELSAIL_BOTH std::int64_t threads_of(const SiluProduct& a) {
  return a.rows * packs_of_row(a.columns);
}

template <class T, class Grid>
PIXELSAIL_DEVICE void silu_product_columns(const Grid& grid, const SiluProduct& a) {
  const std::int64_t index = index_of(grid);
  const std::int64_t packs = packs_of_row(a.columns);
  if (index >= threads_of(a)) return;
  const std::int64_t row = index / packs;
  const std::int64_t column = index % packs * kPack;
  const T* gate = static_cast<const T*>(a.gate) + row * a.gate_stride + column;
  const T* up = static_cast<const T*>(a.up) + row * a.up_stride + column;
  T* out = static_cast<T*>(a.out) + row * a.columns + column;
  const std::int64_t count = a.columns - column;
  const bool whole = a.packed && count >= kPack;
  Pack<T> gates = whole ? load_pack(gate) : load_some(gate, count);
  const Pack<T> ups = whole ? load_pack(up) : load_some(up, count);
  PIXELSAIL_UNROLL
  for (int i = 0; i < kPack; ++i) {
    const float x = widen(gates.values[i]);
    const float silu = rounded<T>(x / (1.0F + expf(-x)));
    gates.values[i] = narrowed<T>(product(silu, widen(ups.values[i])));
  }
  if (whole) {
    store_pack(out, gates);
  } else {
    store_some(out, gates, count);
  }
}

}  // namespace pixelsail::cuda
