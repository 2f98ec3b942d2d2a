#include "kernels/decode_step.h"

#include <algorithm>
#include <cmath>

#include "kernels/attention.h"
#include "kernels/half.h"
#include "kernels/level_kernels.h"
#include "kernels/matvec.h"
#include "kernels/step_check.h"

namespace pixelsail::kernels {
namespace {

// Rows of a weight below which another thread is not worth its start.
constexpr std::int64_t kGrain = 32;

std::vector<float> floats(std::int64_t n) {
  return std::vector<float>(static_cast<std::size_t>(n));
}

// One piece of the keys of one sequence and key/value head.
struct Piece {
  std::int64_t sequence;
  std::int64_t kv_head;
  std::int64_t begin;
  std::int64_t end;
  bool last;  // holds the new token
};

class Step {
 public:
  Step(const StepModel& model, const StepCache& cache, const std::vector<std::int64_t>& lengths,
       const float* rope_cos, const float* rope_sin, float* x, const Parallel& parallel, CpuLevel level)
      : model_(model),
        cache_(cache),
        lengths_(lengths),
        rope_cos_(rope_cos),
        rope_sin_(rope_sin),
        x_(x),
        parallel_(parallel),
        level_(level),
        batch_(static_cast<std::int64_t>(lengths.size())),
        shared_(model.heads / model.kv_heads),
        q_size_(model.heads * model.head_size),
        kv_size_(model.kv_heads * model.head_size),
        normed_(floats(batch_ * model.hidden)),
        q_(floats(batch_ * q_size_)),
        k_(floats(batch_ * kv_size_)),
        v_(floats(batch_ * kv_size_)),
        attended_(floats(batch_ * q_size_)),
        gate_(floats(batch_ * model.intermediate)),
        up_(floats(batch_ * model.intermediate)),
        added_(floats(batch_ * model.hidden)) {
    for (std::int64_t b = 0; b < batch_; ++b) {
      const std::int64_t keys = lengths[static_cast<std::size_t>(b)] + 1;
      for (std::int64_t g = 0; g < model.kv_heads; ++g) {
        for (std::int64_t begin = 0; begin < keys; begin += kKeysPerPiece) {
          const std::int64_t end = std::min(begin + kKeysPerPiece, keys);
          pieces_.push_back({.sequence = b, .kv_head = g, .begin = begin, .end = end, .last = end == keys});
        }
      }
    }
    const auto count = static_cast<std::int64_t>(pieces_.size());
    largest_ = floats(count * shared_);
    sums_ = floats(count * shared_);
    values_ = floats(count * shared_ * model.head_size);
  }

  void run() {
    for (std::size_t i = 0; i < model_.layers.size(); ++i) {
      const StepLayer& layer = model_.layers[i];
      norm(layer.input_norm, normed_.data());
      project_qkv(layer);
      attend(cache_.layers[i]);
      add_linear(layer.o, attended_.data());
      norm(layer.post_norm, normed_.data());
      gate_up(layer);
      add_linear(layer.down, gate_.data());
    }
    norm(model_.final_norm, x_);
  }

 private:
  void norm(const float* weight, float* out) const {
    for (std::int64_t b = 0; b < batch_; ++b) {
      rms_norm(x_ + b * model_.hidden, weight, model_.hidden, model_.rms_eps, out + b * model_.hidden);
    }
  }

  // The rows of a weight that fall into [begin, end), when its row 0 is row `first` of that count.
  void part(const Matrix& w, const float* x, const float* bias, float* y, std::int64_t first,
            std::int64_t begin, std::int64_t end) const {
    const std::int64_t from = std::max<std::int64_t>(begin - first, 0);
    const std::int64_t to = std::min(end - first, w.rows);
    if (from < to) {
      multiply(w, x, batch_, w.columns, bias, y, w.rows, from, to, level_);
    }
  }

  void project_qkv(const StepLayer& layer) {
    parallel_(q_size_ + 2 * kv_size_, kGrain, [&](std::int64_t begin, std::int64_t end) {
      part(layer.q, normed_.data(), layer.q_bias, q_.data(), 0, begin, end);
      part(layer.k, normed_.data(), layer.k_bias, k_.data(), q_size_, begin, end);
      part(layer.v, normed_.data(), layer.v_bias, v_.data(), q_size_ + kv_size_, begin, end);
    });
  }

  // x += y W^T
  void add_linear(const Matrix& w, const float* y) {
    parallel_(w.rows, kGrain, [&](std::int64_t begin, std::int64_t end) {
      multiply(w, y, batch_, w.columns, nullptr, added_.data(), w.rows, begin, end, level_);
      for (std::int64_t b = 0; b < batch_; ++b) {
        for (std::int64_t n = b * w.rows + begin; n < b * w.rows + end; ++n) {
          x_[n] += added_[static_cast<std::size_t>(n)];
        }
      }
    });
  }

  void gate_up(const StepLayer& layer) {
    const std::int64_t size = model_.intermediate;
    parallel_(size, kGrain, [&](std::int64_t begin, std::int64_t end) {
      multiply(layer.gate, normed_.data(), batch_, model_.hidden, nullptr, gate_.data(), size, begin, end,
               level_);
      multiply(layer.up, normed_.data(), batch_, model_.hidden, nullptr, up_.data(), size, begin, end,
               level_);
      for (std::int64_t b = 0; b < batch_; ++b) {
        const std::int64_t at = b * size + begin;
        level_kernels(level_).silu_multiply(gate_.data() + at, up_.data() + at, end - begin);
      }
    });
  }

  void rotate(const float* from, std::int64_t sequence, float factor, float* to) const {
    const std::int64_t half = model_.head_size / 2;
    const float* cosines = rope_cos_ + sequence * half;
    const float* sines = rope_sin_ + sequence * half;
    for (std::int64_t c = 0; c < half; ++c) {
      const float low = from[c];
      const float high = from[half + c];
      to[c] = (low * cosines[c] - high * sines[c]) * factor;
      to[half + c] = (high * cosines[c] + low * sines[c]) * factor;
    }
  }

  // The key or value at `position`, rounded to the type of the cache.
  void write(const float* values, void* base, std::int64_t position) const {
    const std::int64_t first = position * model_.head_size;
    for (std::int64_t c = 0; c < model_.head_size; ++c) {
      if (cache_.type == WeightType::kF32) {
        static_cast<float*>(base)[first + c] = values[c];
      } else {
        static_cast<std::uint16_t*>(base)[first + c] =
            cache_.type == WeightType::kBF16 ? float_to_bf16(values[c]) : float_to_f16(values[c]);
      }
    }
  }

  void attend(const StepCache::Layer& layer) {
    parallel_(static_cast<std::int64_t>(pieces_.size()), 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t p = begin; p < end; ++p) {
        attend_to(pieces_[static_cast<std::size_t>(p)], layer, result(p));
      }
    });
    // The pieces of a head follow each other.
    std::int64_t p = 0;
    for (std::int64_t b = 0; b < batch_; ++b) {
      const std::int64_t count = attention_pieces(lengths_[static_cast<std::size_t>(b)] + 1);
      for (std::int64_t g = 0; g < model_.kv_heads; ++g, p += count) {
        merge_pieces(result(p), count, shared_, model_.head_size,
                     attended_.data() + b * q_size_ + g * shared_ * model_.head_size);
      }
    }
  }

  PieceResult result(std::int64_t piece) {
    return {.largest = largest_.data() + piece * shared_,
            .sums = sums_.data() + piece * shared_,
            .values = values_.data() + piece * shared_ * model_.head_size};
  }

  void attend_to(const Piece& piece, const StepCache::Layer& layer, const PieceResult& result) const {
    const std::int64_t d = model_.head_size;
    const std::int64_t row = (piece.sequence * model_.kv_heads + piece.kv_head) * cache_.capacity;
    if (piece.last) {
      const std::int64_t at = piece.sequence * kv_size_ + piece.kv_head * d;
      std::vector<float> rotated = floats(d);
      rotate(k_.data() + at, piece.sequence, 1, rotated.data());
      write(rotated.data(), layer.keys, row + piece.end - 1);
      write(v_.data() + at, layer.values, row + piece.end - 1);
    }
    std::vector<float> q = floats(shared_ * d);
    const auto scale = static_cast<float>(1 / std::sqrt(static_cast<double>(d)));
    for (std::int64_t h = 0; h < shared_; ++h) {
      const float* head = q_.data() + piece.sequence * q_size_ + (piece.kv_head * shared_ + h) * d;
      rotate(head, piece.sequence, scale, q.data() + h * d);
    }
    const std::int64_t skipped = (row + piece.begin) * row_bytes(cache_.type, d);
    const Matrix keys{.type = cache_.type,
                      .data = static_cast<const std::byte*>(layer.keys) + skipped,
                      .rows = piece.end - piece.begin,
                      .columns = d};
    Matrix values = keys;
    values.data = static_cast<const std::byte*>(layer.values) + skipped;
    attend_piece(keys, values, q.data(), shared_, result, level_);
  }

  const StepModel& model_;
  const StepCache& cache_;
  const std::vector<std::int64_t>& lengths_;
  const float* rope_cos_;
  const float* rope_sin_;
  float* x_;
  const Parallel& parallel_;
  CpuLevel level_;
  std::int64_t batch_;
  std::int64_t shared_;  // query heads that share a key/value head
  std::int64_t q_size_, kv_size_;
  std::vector<float> normed_, q_, k_, v_, attended_, gate_, up_, added_;
  std::vector<Piece> pieces_;
  std::vector<float> largest_, sums_, values_;  // results of the pieces
};

}  // namespace

void rms_norm(const float* x, const float* weight, std::int64_t n, double eps, float* out) {
  // Eight sums side by side, which compilers make vectors of without another order.
  double sums[8] = {};
  std::int64_t first = 0;
  for (; first + 8 <= n; first += 8) {
    for (int lane = 0; lane < 8; ++lane) {
      const double value = x[first + lane];
      sums[lane] += value * value;
    }
  }
  for (int lane = 0; first + lane < n; ++lane) {
    const double value = x[first + lane];
    sums[lane] += value * value;
  }
  double sum = 0;
  for (const double part : sums) {
    sum += part;
  }
  const auto factor = static_cast<float>(1 / std::sqrt(sum / static_cast<double>(n) + eps));
  for (std::int64_t i = 0; i < n; ++i) {
    out[i] = x[i] * factor * weight[i];
  }
}

void decode_step(const StepModel& model, const StepCache& cache, const std::vector<std::int64_t>& lengths,
                 const float* rope_cos, const float* rope_sin, float* x, const Parallel& parallel,
                 CpuLevel level) {
  check_step(model, cache, lengths);
  level_kernels(level);
  if (!lengths.empty()) {
    Step(model, cache, lengths, rope_cos, rope_sin, x, parallel, level).run();
  }
}

}  // namespace pixelsail::kernels
