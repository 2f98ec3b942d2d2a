#include "kernels/decode_step.h"

#include <algorithm>
#include <cmath>

#include "kernels/level_kernels.h"
#include "kernels/matvec.h"
#include "kernels/step_attention.h"
#include "kernels/step_check.h"

namespace pixelsail::kernels {
namespace {

// Rows of a weight below which another thread is not worth its start.
constexpr std::int64_t kGrain = 32;

std::vector<float> floats(std::int64_t n) {
  return std::vector<float>(static_cast<std::size_t>(n));
}

class Step {
 public:
  Step(const StepModel& model, const StepCache& cache, const float* rope_cos, const float* rope_sin, float* x,
       const Parallel& parallel, CpuLevel level)
      : model_(model),
        x_(x),
        parallel_(parallel),
        level_(level),
        attention_(model, cache, rope_cos, rope_sin, parallel, level),
        batch_(static_cast<std::int64_t>(cache.sequences.size())),
        q_size_(model.heads * model.head_size),
        kv_size_(model.kv_heads * model.head_size),
        normed_(floats(batch_ * model.hidden)),
        q_(floats(batch_ * q_size_)),
        k_(floats(batch_ * kv_size_)),
        v_(floats(batch_ * kv_size_)),
        attended_(floats(batch_ * q_size_)),
        gate_(floats(batch_ * model.intermediate)),
        up_(floats(batch_ * model.intermediate)),
        added_(floats(batch_ * model.hidden)) {}

  void run() {
    for (std::size_t i = 0; i < model_.layers.size(); ++i) {
      const StepLayer& layer = model_.layers[i];
      norm(layer.input_norm, normed_.data());
      project_qkv(layer);
      attention_.run(i, q_.data(), k_.data(), v_.data(), attended_.data());
      add_linear(layer.o, layer.adapters.o, attended_.data());
      norm(layer.post_norm, normed_.data());
      gate_up(layer);
      add_linear(layer.down, layer.adapters.down, gate_.data());
    }
    norm(model_.final_norm, x_);
  }

 private:
  // A linear layer whose adapter, where there is one, has computed its inner product: y = x W^T + bias +
  // scale * inner B^T.
  struct Linear {
    const Matrix& w;
    const float* bias;
    const LowRank& adapter;
    const float* x;
    std::vector<float> inner = {};    // x A^T, [B, R]
    std::vector<float> changes = {};  // inner B^T, [B, N]
  };

  Linear linear(const Matrix& w, const float* bias, const LowRank& adapter, const float* x) const {
    Linear made{.w = w, .bias = bias, .adapter = adapter, .x = x};
    if (adapter.adds()) {
      made.inner = floats(batch_ * adapter.a.rows);
      made.changes = floats(batch_ * w.rows);
      multiply(adapter.a, x, batch_, w.columns, nullptr, made.inner.data(), adapter.a.rows, 0, adapter.a.rows,
               level_);
    }
    return made;
  }

  // The rows of a weight that fall into [begin, end), when its row 0 is row `first` of that count.
  void compute(Linear& layer, float* y, std::int64_t first, std::int64_t begin, std::int64_t end) const {
    const std::int64_t rows = layer.w.rows;
    const std::int64_t from = std::max<std::int64_t>(begin - first, 0);
    const std::int64_t to = std::min(end - first, rows);
    if (from >= to) {
      return;
    }
    multiply(layer.w, layer.x, batch_, layer.w.columns, layer.bias, y, rows, from, to, level_);
    if (!layer.adapter.adds()) {
      return;
    }
    multiply(layer.adapter.b, layer.inner.data(), batch_, layer.adapter.b.columns, nullptr,
             layer.changes.data(), rows, from, to, level_);
    for (std::int64_t b = 0; b < batch_; ++b) {
      for (std::int64_t n = b * rows + from; n < b * rows + to; ++n) {
        y[n] += layer.adapter.scale * layer.changes[static_cast<std::size_t>(n)];
      }
    }
  }

  void norm(const float* weight, float* out) const {
    for (std::int64_t b = 0; b < batch_; ++b) {
      rms_norm(x_ + b * model_.hidden, weight, model_.hidden, model_.rms_eps, out + b * model_.hidden);
    }
  }

  void project_qkv(const StepLayer& layer) {
    Linear q = linear(layer.q, layer.q_bias, layer.adapters.q, normed_.data());
    Linear k = linear(layer.k, layer.k_bias, layer.adapters.k, normed_.data());
    Linear v = linear(layer.v, layer.v_bias, layer.adapters.v, normed_.data());
    parallel_(q_size_ + 2 * kv_size_, kGrain, [&](std::int64_t begin, std::int64_t end) {
      compute(q, q_.data(), 0, begin, end);
      compute(k, k_.data(), q_size_, begin, end);
      compute(v, v_.data(), q_size_ + kv_size_, begin, end);
    });
  }

  // x += y W^T
  void add_linear(const Matrix& w, const LowRank& adapter, const float* y) {
    Linear layer = linear(w, nullptr, adapter, y);
    parallel_(w.rows, kGrain, [&](std::int64_t begin, std::int64_t end) {
      compute(layer, added_.data(), 0, begin, end);
      for (std::int64_t b = 0; b < batch_; ++b) {
        for (std::int64_t n = b * w.rows + begin; n < b * w.rows + end; ++n) {
          x_[n] += added_[static_cast<std::size_t>(n)];
        }
      }
    });
  }

  void gate_up(const StepLayer& layer) {
    Linear gate = linear(layer.gate, nullptr, layer.adapters.gate, normed_.data());
    Linear up = linear(layer.up, nullptr, layer.adapters.up, normed_.data());
    const std::int64_t size = model_.intermediate;
    parallel_(size, kGrain, [&](std::int64_t begin, std::int64_t end) {
      compute(gate, gate_.data(), 0, begin, end);
      compute(up, up_.data(), 0, begin, end);
      for (std::int64_t b = 0; b < batch_; ++b) {
        const std::int64_t at = b * size + begin;
        level_kernels(level_).silu_multiply(gate_.data() + at, up_.data() + at, end - begin);
      }
    });
  }

  const StepModel& model_;
  float* x_;
  const Parallel& parallel_;
  CpuLevel level_;
  StepAttention attention_;
  std::int64_t batch_;
  std::int64_t q_size_, kv_size_;
  std::vector<float> normed_, q_, k_, v_, attended_, gate_, up_, added_;
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

void decode_step(const StepModel& model, const StepCache& cache, const float* rope_cos, const float* rope_sin,
                 float* x, const Parallel& parallel, CpuLevel level) {
  check_step(model, cache);
  level_kernels(level);
  if (!cache.sequences.empty()) {
    Step(model, cache, rope_cos, rope_sin, x, parallel, level).run();
  }
}

}  // namespace pixelsail::kernels
