#include "decode_support.h"

namespace pixelsail::kernels {
namespace {

using Doubles = std::vector<double>;

Doubles normed(const Doubles& x, const float* weight, double eps) {
  double sum = 0;
  for (const double value : x) {
    sum += value * value;
  }
  Doubles out(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    out[i] = x[i] / std::sqrt(sum / static_cast<double>(x.size()) + eps) * weight[i];
  }
  return out;
}

Doubles linear(const Matrix& w, const Doubles& x, const float* bias, const LowRank& adapter = {}) {
  std::vector<float> values(static_cast<std::size_t>(w.rows * w.columns));
  dequantize_rows(w, 0, w.rows, values.data());
  Doubles out;
  for (std::size_t n = 0; n < static_cast<std::size_t>(w.rows); ++n) {
    double sum = bias != nullptr ? bias[n] : 0;
    for (std::size_t k = 0; k < x.size(); ++k) {
      sum += values[n * x.size() + k] * x[k];
    }
    out.push_back(sum);
  }
  if (adapter.adds()) {
    const Doubles changes = linear(adapter.b, linear(adapter.a, x, nullptr), nullptr);
    for (std::size_t n = 0; n < out.size(); ++n) {
      out[n] += adapter.scale * changes[n];
    }
  }
  return out;
}

void rotate(Doubles& heads, std::size_t d, const float* cosines, const float* sines) {
  for (std::size_t first = 0; first < heads.size(); first += d) {
    for (std::size_t c = 0; c < d / 2; ++c) {
      const double low = heads[first + c];
      const double high = heads[first + d / 2 + c];
      heads[first + c] = low * cosines[c] - high * sines[c];
      heads[first + d / 2 + c] = high * cosines[c] + low * sines[c];
    }
  }
}

// Attention of one query head of key/value head g over all that a sequence holds, the new token included.
void attend(const Batch& batch, std::size_t layer, std::size_t b, std::int64_t g, const double* q,
            std::int64_t d, double* out) {
  struct Place {
    const CachedTokens* tokens;
    std::int64_t at;
  };
  const StepSequence& held = batch.cache.sequences[b];
  std::vector<Place> places;
  for (std::int64_t n = 0; n < held.prefix.length; ++n) {
    places.push_back({&held.prefix, (g * held.prefix.capacity + n) * d});
  }
  for (std::int64_t n = 0; n <= held.own.length; ++n) {
    places.push_back({&held.own, (g * held.own.capacity + n) * d});
  }
  Doubles scores;
  double largest = -1e300;
  for (const Place& place : places) {
    double score = 0;
    for (std::int64_t c = 0; c < d; ++c) {
      score += q[c] * batch.cached(*place.tokens, layer, false, place.at + c);
    }
    scores.push_back(score / std::sqrt(static_cast<double>(d)));
    largest = std::max(largest, scores.back());
  }
  double sum = 0;
  for (double& score : scores) {
    score = std::exp(score - largest);
    sum += score;
  }
  for (std::int64_t c = 0; c < d; ++c) {
    out[c] = 0;
    for (std::size_t n = 0; n < places.size(); ++n) {
      out[c] += scores[n] / sum * batch.cached(*places[n].tokens, layer, true, places[n].at + c);
    }
  }
}

void expect_cached(const Batch& batch, std::size_t b, std::size_t layer, bool values, std::int64_t place,
                   double expected) {
  const double unit = batch.cache.type == WeightType::kF32    ? 1e-5
                      : batch.cache.type == WeightType::kBF16 ? 0x1p-8
                                                              : 0x1p-11;
  EXPECT_NEAR(batch.cached(batch.cache.sequences[b].own, layer, values, place), expected,
              unit * std::abs(expected) + 1e-3);
}

}  // namespace

std::vector<double> reference_step(const TinyModel& tiny, const Batch& before, const Batch& after,
                                   std::size_t b) {
  const TinySizes& s = tiny.sizes();
  const StepModel& model = tiny.model();
  const auto d = static_cast<std::size_t>(s.head_size);
  const float* cosines = before.rope_cos.data() + b * d / 2;
  const float* sines = before.rope_sin.data() + b * d / 2;
  const auto hidden = static_cast<std::ptrdiff_t>(s.hidden);
  const auto first = before.x.begin() + static_cast<std::ptrdiff_t>(b) * hidden;
  Doubles x(first, first + hidden);
  const std::int64_t length = before.lengths[b];
  for (std::size_t i = 0; i < model.layers.size(); ++i) {
    const StepLayer& layer = model.layers[i];
    const Doubles h = normed(x, layer.input_norm, model.rms_eps);
    const StepAdapters& adapters = layer.adapters;
    Doubles q = linear(layer.q, h, layer.q_bias, adapters.q);
    Doubles k = linear(layer.k, h, layer.k_bias, adapters.k);
    const Doubles v = linear(layer.v, h, layer.v_bias, adapters.v);
    rotate(q, d, cosines, sines);
    rotate(k, d, cosines, sines);
    Doubles attended(q.size());
    for (std::int64_t head = 0; head < s.heads; ++head) {
      const std::int64_t g = head / (s.heads / s.kv_heads);
      const std::int64_t place = (g * after.cache.sequences[b].own.capacity + length) * s.head_size;
      for (std::int64_t c = 0; c < s.head_size; ++c) {
        const auto from = static_cast<std::size_t>(g * s.head_size + c);
        expect_cached(after, b, i, false, place + c, k[from]);
        expect_cached(after, b, i, true, place + c, v[from]);
      }
      attend(after, i, b, g, q.data() + head * s.head_size, s.head_size,
             attended.data() + head * s.head_size);
    }
    const Doubles o = linear(layer.o, attended, nullptr, adapters.o);
    for (std::size_t c = 0; c < x.size(); ++c) {
      x[c] += o[c];
    }
    const Doubles m = normed(x, layer.post_norm, model.rms_eps);
    Doubles gate = linear(layer.gate, m, nullptr, adapters.gate);
    const Doubles up = linear(layer.up, m, nullptr, adapters.up);
    for (std::size_t c = 0; c < gate.size(); ++c) {
      gate[c] = gate[c] / (1 + std::exp(-gate[c])) * up[c];
    }
    const Doubles down = linear(layer.down, gate, nullptr, adapters.down);
    for (std::size_t c = 0; c < x.size(); ++c) {
      x[c] += down[c];
    }
  }
  return normed(x, model.final_norm, model.rms_eps);
}

}  // namespace pixelsail::kernels
