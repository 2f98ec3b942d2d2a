#pragma once

/// A small decoder with random weights, its cache, and the same step in double precision.

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

/// Sequences in the middle of generation: what a step reads, and the cache that it writes. A sequence depends
/// on its seed alone.
struct Batch {
  Batch(const TinySizes& sizes, std::vector<std::int64_t> lengths_in, const std::vector<std::uint64_t>& seeds,
        std::int64_t capacity)
      : lengths(std::move(lengths_in)) {
    cache.type = sizes.cache;
    cache.capacity = capacity;
    for (std::int64_t i = 0; i < 2 * sizes.layers; ++i) {
      std::vector<float> all;
      for (const std::uint64_t seed : seeds) {
        const std::vector<float> one =
            numbers(sizes.kv_heads * capacity * sizes.head_size, seed * 1000 + static_cast<std::uint64_t>(i));
        all.insert(all.end(), one.begin(), one.end());
      }
      memory.push_back(stored(all, sizes.cache));
    }
    for (std::size_t i = 0; i < memory.size(); i += 2) {
      cache.layers.push_back({.keys = memory[i].data(), .values = memory[i + 1].data()});
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

  /// One number of a cached key or value.
  double cached(std::size_t which, std::int64_t place) const {
    const std::uint8_t* bytes = memory[which].data();
    if (cache.type == WeightType::kF32) {
      return reinterpret_cast<const float*>(bytes)[place];
    }
    const std::uint16_t half = reinterpret_cast<const std::uint16_t*>(bytes)[place];
    return cache.type == WeightType::kBF16 ? bf16_to_float(half) : f16_to_float(half);
  }

  std::vector<std::int64_t> lengths;
  std::vector<std::vector<std::uint8_t>> memory;  ///< keys and values of the layers in turn
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
  decode_step(tiny.model(), batch.cache, batch.lengths, batch.rope_cos.data(), batch.rope_sin.data(),
              batch.x.data(), parallel, level);
}

/// The states of sequence b after a step in double precision. `before` are the states in front of it; the
/// keys and values of the new token are checked against those that the step wrote to `after`, whose rounding
/// then goes on.
std::vector<double> reference_step(const TinyModel& tiny, const Batch& before, const Batch& after,
                                   std::size_t b);

}  // namespace pixelsail::kernels
