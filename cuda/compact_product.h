#pragma once

/// Bodies of the kernels for weights in 8 and 4 bits: the product with a few rows, which reads the weight once as
/// it lies, and widening of some rows for a product with many.

#include <type_traits>

#include "compact_weight.h"
#include "elementwise.h"

namespace pixelsail::cuda {

template <class T>
PIXELSAIL_DEVICE Pack<T> load_columns(const T* row, std::int64_t column, std::int64_t columns, bool packed) {
  if (packed && column + kPack <= columns) return load_pack(row + column);
  return load_some(row + column, columns - column);
}

/// Adds a block of columns of kOutputs rows of the weight times kRows rows of x.
template <class T, class Weight, int kRows, int kOutputs>
PIXELSAIL_DEVICE void add_block(const CompactProduct& a, std::int64_t block,
                                const typename Weight::Block (&weights)[kOutputs],
                                float (&total)[kRows][kOutputs]) {
  const CompactWeight& w = a.weight;
  PIXELSAIL_UNROLL
  for (int part = 0; part < Weight::kParts; ++part) {
    const std::int64_t column = block * Weight::kColumns + part * kPack;
    if (column >= w.columns) return;
    float x[kRows][kPack], x_sum[kRows];
    PIXELSAIL_UNROLL
    for (int r = 0; r < kRows; ++r) {
      const T* row = static_cast<const T*>(a.x) + r * w.columns;
      const Pack<T> pack = r < a.rows ? load_columns(row, column, w.columns, a.packed) : load_some(row, 0);
      x_sum[r] = 0;
      PIXELSAIL_UNROLL
      for (int i = 0; i < kPack; ++i) {
        x[r][i] = widen(pack.values[i]);
        if (Weight::kHasMinimum) x_sum[r] += x[r][i];
      }
    }
    PIXELSAIL_UNROLL
    for (int o = 0; o < kOutputs; ++o) {
      float q[kPack];
      Weight::widen_part(weights[o], part, q);
      PIXELSAIL_UNROLL
      for (int r = 0; r < kRows; ++r) {
        float dot = 0;
        PIXELSAIL_UNROLL
        for (int i = 0; i < kPack; ++i) dot += q[i] * x[r][i];
        total[r][o] += weights[o].step * dot;
        if (Weight::kHasMinimum) total[r][o] += weights[o].minimum * x_sum[r];
      }
    }
  }
}

/// A warp has kOutputs outputs of all rows (at most kRows).
template <class T, class Weight, int kRows, int kOutputs, class Grid>
PIXELSAIL_DEVICE void compact_product(Grid& grid, const CompactProduct& a) {
  const CompactWeight& w = a.weight;
  const int lane = grid.thread() % kWarp;
  const std::int64_t warp = static_cast<std::int64_t>(grid.block_x()) * kWarps + grid.thread() / kWarp;
  const std::int64_t first = warp * kOutputs;
  if (first >= w.outputs) return;  // the whole warp
  const std::int64_t blocks = (w.columns + Weight::kColumns - 1) / Weight::kColumns;
  float total[kRows][kOutputs] = {};
  for (std::int64_t block = lane; block < blocks; block += kWarp) {
    typename Weight::Block weights[kOutputs];
    PIXELSAIL_UNROLL
    for (int o = 0; o < kOutputs; ++o)
      weights[o] = Weight::load(w, first + o < w.outputs ? first + o : w.outputs - 1, block);
    add_block<T, Weight>(a, block, weights, total);
  }
  PIXELSAIL_UNROLL
  for (int r = 0; r < kRows; ++r) {
    PIXELSAIL_UNROLL
    for (int o = 0; o < kOutputs; ++o) {
      float whole = sum_over(grid, total[r][o], 1, kWarp);
      if (lane != 0 || r >= a.rows || first + o >= w.outputs) continue;
      if (a.bias != nullptr) whole += widen(static_cast<const T*>(a.bias)[first + o]);
      static_cast<T*>(a.out)[r * w.outputs + first + o] = narrowed<T>(whole);
    }
  }
}

/// Outputs of a warp: more where rows of x are worth keeping in registers.
template <int kRows>
inline constexpr int kOutputsOf = kRows <= 2 ? 2 : 4;

template <int kRows>
Blocks product_blocks(const CompactProduct& a) {
  const std::int64_t warps = (a.weight.outputs + kOutputsOf<kRows> - 1) / kOutputsOf<kRows>;
  return blocks_for(warps * kWarp);
}

/// Calls with kRows that fit, as std::integral_constant.
template <class Call>
void with_row_count(const CompactProduct& a, const Call& call) {
  if (a.rows == 1) {
    call(std::integral_constant<int, 1>());
  } else if (a.rows == 2) {
    call(std::integral_constant<int, 2>());
  } else if (a.rows <= 4) {
    call(std::integral_constant<int, 4>());
  } else {
    call(std::integral_constant<int, kMostRows>());
  }
}

/// Calls with EightBits or FourBits.
template <class Call>
void with_weight(const CompactWeight& weight, const Call& call) {
  if (weight.four_bits) {
    call(FourBits());
  } else {
    call(EightBits());
  }
}

/// A thread has a block of columns of a row.
template <class Weight>
Blocks dequantize_blocks(const Dequantize& a) {
  return blocks_for(a.count * ((a.weight.columns + Weight::kColumns - 1) / Weight::kColumns));
}

template <class T, class Weight, class Grid>
PIXELSAIL_DEVICE void dequantize(const Grid& grid, const Dequantize& a) {
  const CompactWeight& w = a.weight;
  const std::int64_t blocks = (w.columns + Weight::kColumns - 1) / Weight::kColumns;
  const std::int64_t index = index_of(grid);
  if (index >= a.count * blocks) return;
  const std::int64_t row = index / blocks;
  const std::int64_t block = index % blocks;
  const typename Weight::Block weights = Weight::load(w, a.first + row, block);
  T* to = static_cast<T*>(a.out) + row * w.columns;
  PIXELSAIL_UNROLL
  for (int part = 0; part < Weight::kParts; ++part) {
    const std::int64_t column = block * Weight::kColumns + part * kPack;
    const std::int64_t left = w.columns - column;
    if (left <= 0) return;
    float q[kPack];
    Weight::widen_part(weights, part, q);
    Pack<T> pack;
    PIXELSAIL_UNROLL
    for (int i = 0; i < kPack; ++i)
      pack.values[i] = narrowed<T>(sum(product(q[i], weights.step), weights.minimum));
    if (a.packed && left >= kPack) {
      store_pack(to + column, pack);
    } else {
      store_some(to + column, pack, left);
    }
  }
}

}  // namespace pixelsail::cuda
