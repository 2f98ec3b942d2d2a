#pragma once

/// A small decoder with random weights, its cache, and the same step in double precision.

#include <algorithm>
#include <cmath>
#include <memory>
#include <thread>

#include "kernels/decode_step.h"
#include "support.h"

namespace pixelsail::kernels {

struct TinySizes {
  std::int64_t layers = 2;
  std::int64_t hidden = 40;
  std::int64_t intermediate = 70;
  std::int64_t heads = 4;
  std::int64_t kv_heads = 2;
  std::int64_t head_size = 10;
  bool bias = true;
  std::int64_t rank = 0;  ///< of the adapters; 0: none
  WeightType weights = WeightType::kF32;
  WeightType cache = WeightType::kF32;
};

class TinyModel {
 public:
  explicit TinyModel(const TinySizes& sizes) : sizes_(sizes) {
    model_.hidden = sizes.hidden;
    model_.intermediate = sizes.intermediate;
    model_.heads = sizes.heads;
    model_.kv_heads = sizes.kv_heads;
    model_.head_size = sizes.head_size;
    model_.final_norm = vector(sizes.hidden);
    const std::int64_t q = sizes.heads * sizes.head_size;
    const std::int64_t kv = sizes.kv_heads * sizes.head_size;
    for (std::int64_t i = 0; i < sizes.layers; ++i) {
      StepLayer layer;
      layer.input_norm = vector(sizes.hidden);
      layer.post_norm = vector(sizes.hidden);
      layer.q = weight(q, sizes.hidden);
      layer.k = weight(kv, sizes.hidden);
      layer.v = weight(kv, sizes.hidden);
      layer.o = weight(sizes.hidden, q);
      layer.gate = weight(sizes.intermediate, sizes.hidden);
      layer.up = weight(sizes.intermediate, sizes.hidden);
      layer.down = weight(sizes.hidden, sizes.intermediate);
      if (sizes.bias) {
        layer.q_bias = vector(q);
        layer.k_bias = vector(kv);
        layer.v_bias = vector(kv);
      }
      if (sizes.rank > 0) {
        layer.adapters = {.q = low_rank(q, sizes.hidden),
                          .v = low_rank(kv, sizes.hidden),
                          .o = low_rank(sizes.hidden, q),
                          .gate = low_rank(sizes.intermediate, sizes.hidden),
                          .up = low_rank(sizes.intermediate, sizes.hidden),
                          .down = low_rank(sizes.hidden, sizes.intermediate)};
      }
      model_.layers.push_back(layer);
    }
  }

  const TinySizes& sizes() const { return sizes_; }
  const StepModel& model() const { return model_; }

 private:
  const float* vector(std::int64_t n) {
    vectors_.push_back(std::make_unique<std::vector<float>>(numbers(n, ++seed_)));
    return vectors_.back()->data();
  }
  LowRank low_rank(std::int64_t rows, std::int64_t columns) {
    const auto full = [&](std::int64_t n, std::int64_t k) {
      weights_.push_back(std::make_unique<Weight>(WeightType::kF32, n, k, ++seed_));
      return weights_.back()->view();
    };
    return {.a = full(sizes_.rank, columns), .b = full(rows, sizes_.rank), .scale = 0.25F};
  }
  Matrix weight(std::int64_t rows, std::int64_t columns) {
    weights_.push_back(std::make_unique<Weight>(sizes_.weights, rows, columns, ++seed_));
    return weights_.back()->view();
  }

  TinySizes sizes_;
  StepModel model_;
  std::uint64_t seed_ = 100;
  std::vector<std::unique_ptr<std::vector<float>>> vectors_;
  std::vector<std::unique_ptr<Weight>> weights_;
};

/// Sequences in the middle of generation: what a step reads, and the caches that it writes. A sequence depends
/// on its seed and its lengths alone.
struct Batch {
  /// `prefixes_in`: tokens of each sequence that are not its own; empty: none.
  Batch(const TinySizes& sizes, std::vector<std::int64_t> lengths_in, const std::vector<std::uint64_t>& seeds,
        std::int64_t capacity, std::vector<std::int64_t> prefixes_in = {})
      : lengths(std::move(lengths_in)), prefixes(std::move(prefixes_in)) {
    cache.type = sizes.cache;
    for (std::size_t b = 0; b < seeds.size(); ++b) {
      StepSequence sequence{.own = tokens(sizes, seeds[b], capacity, lengths[b])};
      if (!prefixes.empty()) {
        sequence.prefix = tokens(sizes, seeds[b] + 500, prefixes[b], prefixes[b]);
      }
      cache.sequences.push_back(std::move(sequence));
    }
    for (const std::uint64_t seed : seeds) {
      const std::vector<float> states = numbers(sizes.hidden, seed * 1000 + 500);
      x.insert(x.end(), states.begin(), states.end());
      for (const float angle : numbers(sizes.head_size / 2, seed * 1000 + 501)) {
        rope_cos.push_back(std::cos(3 * angle));
        rope_sin.push_back(std::sin(3 * angle));
      }
    }
  }
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;

  CachedTokens tokens(const TinySizes& sizes, std::uint64_t seed, std::int64_t capacity,
                      std::int64_t length) {
    CachedTokens made{.length = length, .capacity = capacity};
    for (std::int64_t i = 0; i < sizes.layers && capacity > 0; ++i) {
      CachedTokens::Layer layer;
      for (void** side : {&layer.keys, &layer.values}) {
        const auto which = static_cast<std::uint64_t>(2 * i + (side == &layer.keys ? 0 : 1));
        memory.push_back(std::make_unique<std::vector<std::uint8_t>>(
            stored(numbers(sizes.kv_heads * capacity * sizes.head_size, seed * 1000 + which), sizes.cache)));
        *side = memory.back()->data();
      }
      made.layers.push_back(layer);
    }
    return made;
  }

  /// Number `place` of a layer's keys (or values), which lie in memory as [G, S, d].
  double cached(const CachedTokens& held, std::size_t layer, bool values, std::int64_t place) const {
    const void* bytes = values ? held.layers[layer].values : held.layers[layer].keys;
    if (cache.type == WeightType::kF32) {
      return static_cast<const float*>(bytes)[place];
    }
    const std::uint16_t half = static_cast<const std::uint16_t*>(bytes)[place];
    return cache.type == WeightType::kBF16 ? bf16_to_float(half) : f16_to_float(half);
  }
  bool same_memory(const Batch& other) const {
    return std::equal(memory.begin(), memory.end(), other.memory.begin(), other.memory.end(),
                      [](const auto& a, const auto& b) { return *a == *b; });
  }

  std::vector<std::int64_t> lengths, prefixes;
  std::vector<std::unique_ptr<std::vector<std::uint8_t>>> memory;
  StepCache cache;
  std::vector<float> x, rope_cos, rope_sin;
};

inline void serial(std::int64_t n, std::int64_t /*grain*/, const Range& body) {
  body(0, n);
}

/// `threads` threads, each with an equal part whatever the grain.
inline Parallel with_threads(std::int64_t threads) {
  return [threads](std::int64_t n, std::int64_t /*grain*/, const Range& body) {
    std::vector<std::thread> running;
    for (std::int64_t t = 0; t < threads; ++t) {
      const std::int64_t begin = n * t / threads;
      const std::int64_t end = n * (t + 1) / threads;
      if (begin < end) {
        running.emplace_back([&body, begin, end] { body(begin, end); });
      }
    }
    for (std::thread& thread : running) {
      thread.join();
    }
  };
}

inline void run(const TinyModel& tiny, Batch& batch, const Parallel& parallel = serial,
                CpuLevel level = best_level()) {
  decode_step(tiny.model(), batch.cache, batch.rope_cos.data(), batch.rope_sin.data(), batch.x.data(),
              parallel, level);
}

/// The states of sequence b after a step in double precision. `before` are the states in front of it; the
/// keys and values of the new token are checked against those that the step wrote to `after`, whose rounding
/// then goes on.
std::vector<double> reference_step(const TinyModel& tiny, const Batch& before, const Batch& after,
                                   std::size_t b);

}  // namespace pixelsail::kernels
