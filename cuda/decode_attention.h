#pragma once

/// Bodies of the two kernels of attention for one new token a sequence. A block of the first reads one chunk of
/// the keys and values of one key/value head, once for up to kHeads of its query heads; the second joins the
/// chunks of a query head in their order. No result depends on which block is ready first.
///
/// kLanes threads of a warp share a key, eight elements each; kLanes * 8 >= d.

#include <cmath>
#include <type_traits>

#include "element.h"
#include "launch.h"

namespace pixelsail::cuda {

template <int kLanes, int kHeads>
struct AttentionShared {
  float scores[kHeads][kAttentionChunk];
  float sums[kWarps][kHeads][kLanes * kPack];
};

/// Where a thread and its block stand.
template <int kLanes>
struct AttentionPlace {
  static constexpr int kKeys = kWarp / kLanes;  ///< that a warp reads at once
  static constexpr int kSteps = kAttentionChunk / (kWarps * kKeys);

  std::int64_t batch, kv_head, first_head;  ///< of all query heads
  int heads;                                ///< query heads of the block
  std::int64_t begin;                       ///< first key of the chunk
  int count;                                ///< keys of the chunk that are seen; 0: none
  int warp, lane, element;

  PIXELSAIL_DEVICE int key(int step) const { return (step * kWarps + warp) * kKeys + lane / kLanes; }
};

/// Keys that a sequence sees.
PIXELSAIL_DEVICE std::int64_t seen_keys(const DecodeAttention& a, std::int64_t b) {
  const std::int64_t seen = a.past[b] + 1;
  if (seen < 0) return 0;
  const std::int64_t most = static_cast<std::int64_t>(a.chunks) * kAttentionChunk;
  const std::int64_t held = a.capacity < most ? a.capacity : most;
  return seen < held ? seen : held;
}

template <int kLanes, int kHeads, class Grid>
PIXELSAIL_DEVICE AttentionPlace<kLanes> place_of(const Grid& grid, const DecodeAttention& a) {
  const int shared_by = a.heads / a.kv_heads;
  const int tiles = (shared_by + kHeads - 1) / kHeads;
  const int first = grid.block_y() % tiles * kHeads;
  AttentionPlace<kLanes> place;
  place.batch = grid.block_z();
  place.kv_head = grid.block_y() / tiles;
  place.first_head = place.kv_head * shared_by + first;
  place.heads = shared_by - first < kHeads ? shared_by - first : kHeads;
  place.begin = static_cast<std::int64_t>(grid.block_x()) * kAttentionChunk;
  const std::int64_t left = seen_keys(a, place.batch) - place.begin;
  place.count = left < 0 ? 0 : left < kAttentionChunk ? static_cast<int>(left) : kAttentionChunk;
  place.warp = grid.thread() / kWarp;
  place.lane = grid.thread() % kWarp;
  place.element = place.lane % kLanes * kPack;
  return place;
}

/// The eight elements of a thread in `kBatch` keys or values from `step` on, all loads before the first use.
inline constexpr int kBatch = 4;
template <class T, int kLanes>
PIXELSAIL_DEVICE void load_rows(const void* cache, const Strides& strides, const DecodeAttention& a,
                                const AttentionPlace<kLanes>& place, int step, Pack<T> (&rows)[kBatch]) {
  const T* head = static_cast<const T*>(cache) + place.batch * strides.batch + place.kv_head * strides.head +
                  place.begin * strides.row + place.element;
  PIXELSAIL_UNROLL
  for (int i = 0; i < kBatch; ++i) {
    const int key = place.key(step + i);
    rows[i] = place.element < a.size && key < place.count ? load_pack(head + key * strides.row)
                                                          : load_some(head, 0);
  }
}

template <class T, int kLanes, int kHeads, class Grid>
PIXELSAIL_DEVICE void score_keys(Grid& grid, AttentionShared<kLanes, kHeads>& shared,
                                 const DecodeAttention& a, const AttentionPlace<kLanes>& place) {
  const T* q = static_cast<const T*>(a.q) + place.batch * a.q_strides.batch + place.element;
  float scaled[kHeads][kPack];
  PIXELSAIL_UNROLL
  for (int h = 0; h < kHeads; ++h) {
    const T* head = q + (place.first_head + h) * a.q_strides.head;
    const Pack<T> pack = h < place.heads && place.element < a.size ? load_pack(head) : load_some(q, 0);
    PIXELSAIL_UNROLL
    for (int i = 0; i < kPack; ++i) scaled[h][i] = widen(pack.values[i]) * a.scale;
  }
  for (int step = 0; step < place.kSteps; step += kBatch) {
    Pack<T> rows[kBatch];
    load_rows<T>(a.keys, a.key_strides, a, place, step, rows);
    PIXELSAIL_UNROLL
    for (int s = 0; s < kBatch; ++s) {
      const int key = place.key(step + s);
      PIXELSAIL_UNROLL
      for (int h = 0; h < kHeads; ++h) {
        if (h >= place.heads) continue;  // the same for the whole block
        float dot = 0;
        PIXELSAIL_UNROLL
        for (int i = 0; i < kPack; ++i) dot += scaled[h][i] * widen(rows[s].values[i]);
        dot = sum_over(grid, dot, 1, kLanes);
        if (place.lane % kLanes == 0) shared.scores[h][key] = key < place.count ? dot : -INFINITY;
      }
    }
  }
}

/// Scores become weights relative to the chunk's largest; a warp has a head at a time.
template <int kLanes, int kHeads, class Grid>
PIXELSAIL_DEVICE void weigh_keys(Grid& grid, AttentionShared<kLanes, kHeads>& shared,
                                 const DecodeAttention& a, const AttentionPlace<kLanes>& place) {
  static_assert(kAttentionChunk == 2 * kWarp, "a thread has two keys");
  for (int h = place.warp; h < place.heads; h += kWarps) {
    const float one = shared.scores[h][place.lane], other = shared.scores[h][place.lane + kWarp];
    float largest = fmaxf(one, other);
    for (int mask = 1; mask < kWarp; mask *= 2) largest = fmaxf(largest, grid.exchange(largest, mask));
    const float weight = expf(one - largest), other_weight = expf(other - largest);
    shared.scores[h][place.lane] = weight;
    shared.scores[h][place.lane + kWarp] = other_weight;
    const float total = sum_over(grid, weight + other_weight, 1, kWarp);
    if (place.lane == 0) {
      const std::int64_t row = (place.batch * a.heads + place.first_head + h) * a.chunks + grid.block_x();
      a.maxima[row] = largest;
      a.sums[row] = total;
    }
  }
}

template <class T, int kLanes, int kHeads, class Grid>
PIXELSAIL_DEVICE void add_values(Grid& grid, AttentionShared<kLanes, kHeads>& shared,
                                 const DecodeAttention& a, const AttentionPlace<kLanes>& place) {
  float total[kHeads][kPack] = {};
  for (int step = 0; step < place.kSteps; step += kBatch) {
    Pack<T> rows[kBatch];
    load_rows<T>(a.values, a.value_strides, a, place, step, rows);
    PIXELSAIL_UNROLL
    for (int s = 0; s < kBatch; ++s) {
      const int key = place.key(step + s);
      PIXELSAIL_UNROLL
      for (int h = 0; h < kHeads; ++h) {
        const float weight = h < place.heads ? shared.scores[h][key] : 0.0F;
        PIXELSAIL_UNROLL
        for (int i = 0; i < kPack; ++i) total[h][i] += weight * widen(rows[s].values[i]);
      }
    }
  }
  PIXELSAIL_UNROLL
  for (int h = 0; h < kHeads; ++h) {
    if (h >= place.heads) continue;
    PIXELSAIL_UNROLL
    for (int i = 0; i < kPack; ++i) {
      const float whole = sum_over(grid, total[h][i], kLanes, kWarp);
      if (place.lane < kLanes) shared.sums[place.warp][h][place.element + i] = whole;
    }
  }
}

template <int kHeads>
Blocks chunk_blocks(const DecodeAttention& a) {
  const int tiles = (a.heads / a.kv_heads + kHeads - 1) / kHeads;
  return {.x = a.chunks, .y = a.kv_heads * tiles, .z = a.batch};
}

inline Blocks join_blocks(const DecodeAttention& a) {
  return {.x = a.heads, .y = a.batch};
}

/// Calls with kLanes and kHeads that fit, as std::integral_constant.
template <class Call>
void with_attention_shape(const DecodeAttention& a, const Call& call) {
  const auto with_lanes = [&](auto lanes) {
    const int shared_by = a.heads / a.kv_heads;
    if (shared_by == 1) {
      call(lanes, std::integral_constant<int, 1>());
    } else if (shared_by <= 4) {
      call(lanes, std::integral_constant<int, 4>());
    } else {
      call(lanes, std::integral_constant<int, 8>());
    }
  };
  if (a.size <= 8 * kPack) {
    with_lanes(std::integral_constant<int, 8>());
  } else if (a.size <= 16 * kPack) {
    with_lanes(std::integral_constant<int, 16>());
  } else {
    with_lanes(std::integral_constant<int, 32>());
  }
}

/// Blocks: [chunks, G * tiles of query heads, B].
template <class T, int kLanes, int kHeads, class Grid>
PIXELSAIL_DEVICE void attend_chunk(Grid& grid, AttentionShared<kLanes, kHeads>& shared,
                                   const DecodeAttention& a) {
  const AttentionPlace<kLanes> place = place_of<kLanes, kHeads>(grid, a);
  if (place.count == 0) return;  // the whole block
  score_keys<T>(grid, shared, a, place);
  grid.sync();
  weigh_keys(grid, shared, a, place);
  grid.sync();
  add_values<T>(grid, shared, a, place);
  grid.sync();
  for (int i = grid.thread(); i < place.heads * a.size; i += kThreads) {
    const int h = i / a.size, e = i % a.size;
    float total = 0;
    PIXELSAIL_UNROLL
    for (int warp = 0; warp < kWarps; ++warp) total += shared.sums[warp][h][e];
    const std::int64_t head = place.batch * a.heads + place.first_head + h;
    a.parts[(head * a.chunks + grid.block_x()) * a.size + e] = total;
  }
}

/// Blocks: [H, B].
template <class T, class Grid>
PIXELSAIL_DEVICE void join_chunks(const Grid& grid, const DecodeAttention& a) {
  const std::int64_t b = grid.block_y();
  const std::int64_t head = b * a.heads + grid.block_x();
  const auto chunks = static_cast<int>((seen_keys(a, b) + kAttentionChunk - 1) / kAttentionChunk);
  const float* maxima = a.maxima + head * a.chunks;
  const float* sums = a.sums + head * a.chunks;
  const float* parts = a.parts + head * a.chunks * a.size;
  float largest = -INFINITY;
  for (int c = 0; c < chunks; ++c) largest = fmaxf(largest, maxima[c]);
  for (int e = grid.thread(); e < a.size; e += kThreads) {
    float total = 0, weights = 0;
    for (int c = 0; c < chunks; ++c) {
      const float weight = expf(maxima[c] - largest);
      weights += weight * sums[c];
      total += weight * parts[static_cast<std::int64_t>(c) * a.size + e];
    }
    static_cast<T*>(a.out)[head * a.size + e] = narrowed<T>(chunks == 0 ? 0.0F : total / weights);
  }
}

}  // namespace pixelsail::cuda
