#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <string>

#include "kernels/half.h"
#include "kernels/matrix.h"
#include "kernels/wide_vectors.h"
#include "pixelsail/error.h"

namespace pixelsail::kernels {
namespace {

void quantize_int8(const float* w, std::int64_t n, std::int8_t* q, float* scale) {
  float largest = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    largest = std::max(largest, std::abs(w[i]));
  }
  *scale = largest / 127;
  for (std::int64_t i = 0; i < n; ++i) {
    // With a scale that underflowed to zero or nearly so the quotient says nothing.
    const float steps = *scale >= 0x1p-126f ? w[i] / *scale : 0.0f;
    q[i] = static_cast<std::int8_t>(std::lround(std::clamp(steps, -127.0f, 127.0f)));
  }
}

constexpr std::size_t kLanes = 8;
constexpr std::size_t kVectors = kInt4Group / kLanes;
typedef float Lanes __attribute__((vector_size(kLanes * sizeof(float))));
typedef std::int32_t IntLanes __attribute__((vector_size(kLanes * sizeof(std::int32_t))));
/// A group of weights.
using Values = std::array<Lanes, kVectors>;

// A group of int4 as it would be stored, and what it costs.
struct Candidate {
  std::uint16_t step = 0;
  std::uint16_t minimum = 0;
  float error = 0;
  Values q{};  // 0 .. 15
};

inline float sum(const Lanes& lanes) {
  float total = 0;
  for (std::size_t lane = 0; lane < kLanes; ++lane) total += lanes[lane];
  return total;
}

// The nearest q for values low + q * step; returns the squared error.
PIXELSAIL_WIDE_VECTORS
float place_on_grid(const Values& w, float low, float step, float inverse, Values& q) {
  Lanes errors{};
  const Lanes zero{}, top = zero + 15.0f;
  for (std::size_t i = 0; i < kVectors; ++i) {
    Lanes place = (w[i] - low) * inverse;
    place = place > zero ? place : zero;
    place = place < top ? place : top;
    q[i] = __builtin_convertvector(__builtin_convertvector(place + 0.5f, IntLanes), Lanes);
    const Lanes difference = q[i] * step + low - w[i];
    errors += difference * difference;
  }
  return sum(errors);
}

struct Sums {
  float q = 0, qq = 0, w = 0, qw = 0;
};

PIXELSAIL_WIDE_VECTORS
Sums sums_of(const Values& w, const Values& q) {
  Lanes q1{}, q2{}, w1{}, qw{};
  for (std::size_t i = 0; i < kVectors; ++i) {
    q1 += q[i];
    q2 += q[i] * q[i];
    w1 += w[i];
    qw += q[i] * w[i];
  }
  return {.q = sum(q1), .qq = sum(q2), .w = sum(w1), .qw = sum(qw)};
}

// The best q for a grid of 16 values from `low` on, after both were rounded to what is stored.
Candidate try_grid(const Values& w, float low, float step) {
  Candidate candidate{.step = float_to_bf16(step), .minimum = float_to_bf16(low)};
  const float stored_step = bf16_to_float(candidate.step);
  const float stored_low = bf16_to_float(candidate.minimum);
  const float inverse = stored_step >= 0x1p-126f ? 1 / stored_step : 0.0f;
  candidate.error = place_on_grid(w, stored_low, stored_step, inverse, candidate.q);
  return candidate;
}

// Given the q of `from`, the line through the weights with the least squared error, as a new grid.
Candidate refit(const Values& w, const Candidate& from) {
  const Sums sums = sums_of(w, from.q);
  constexpr auto kCount = static_cast<float>(kInt4Group);
  const float determinant = kCount * sums.qq - sums.q * sums.q;
  if (determinant <= 0) return from;  // all weights have one q
  const float step = (kCount * sums.qw - sums.q * sums.w) / determinant;
  return try_grid(w, (sums.w - step * sums.q) / kCount, step);
}

void quantize_int4(const float* weights, std::int64_t n, std::uint8_t* bytes, std::uint16_t* pair) {
  // A shorter group is filled up with its own values, which leaves its range and hardly moves its best grid.
  Values w{};
  for (std::size_t i = 0; i < kInt4Group; ++i)
    w[i / kLanes][i % kLanes] = weights[i % static_cast<std::size_t>(n)];
  const auto [low, high] = std::minmax_element(weights, weights + n);
  const float middle = *low / 2 + *high / 2;
  const float half_range = *high / 2 - *low / 2;
  Candidate best = try_grid(w, *low, half_range / 7.5f);
  // A narrower range clips the outermost weights of one side or both and has finer steps for all others.
  constexpr float kShrink[] = {1.0f, 0.88f, 0.76f};
  for (const float below : kShrink) {
    for (const float above : kShrink) {
      const float bottom = middle - half_range * below;
      const float step = half_range / 15 * (below + above);
      const Candidate candidate = refit(w, try_grid(w, bottom, step));
      if (candidate.error < best.error) best = candidate;
    }
  }
  std::array<std::uint8_t, kInt4Group> q{};
  for (std::size_t i = 0; i < static_cast<std::size_t>(n); ++i)
    q[i] = static_cast<std::uint8_t>(best.q[i / kLanes][i % kLanes]);
  pair[0] = best.step;
  pair[1] = best.minimum;
  for (std::size_t j = 0; j < 8; ++j) {
    bytes[2 * j] = static_cast<std::uint8_t>(q[j] | q[j + 8] << 4);
    bytes[2 * j + 1] = static_cast<std::uint8_t>(q[j + 16] | q[j + 24] << 4);
  }
}

}  // namespace

void quantize(const float* w, std::int64_t rows, std::int64_t columns, WeightType type, std::int64_t group,
              void* data, void* scales) {
  if (!is_quantized(type)) {
    throw RunError("weights are quantized to int8 or int4 only");
  }
  check_matrix(
      {.type = type, .data = data, .scales = scales, .rows = rows, .columns = columns, .group = group},
      "a matrix to quantize");
  for (std::int64_t row = 0; row < rows; ++row, w += columns) {
    auto* row_data = static_cast<std::uint8_t*>(data) + row * row_bytes(type, columns);
    auto* row_scales = static_cast<std::uint8_t*>(scales) + row * scale_row_bytes(type, columns, group);
    if (!std::all_of(w, w + columns, [](float value) { return std::isfinite(value); })) {
      throw RunError("row " + std::to_string(row) + " of a matrix to quantize holds NaN or infinity");
    }
    for (std::int64_t k = 0, g = 0; k < columns; k += group, ++g) {
      const std::int64_t n = std::min(group, columns - k);
      if (type == WeightType::kInt8) {
        quantize_int8(w + k, n, reinterpret_cast<std::int8_t*>(row_data) + k,
                      reinterpret_cast<float*>(row_scales) + g);
      } else {
        quantize_int4(w + k, n, row_data + g * 16, reinterpret_cast<std::uint16_t*>(row_scales) + g * 2);
      }
    }
  }
}

}  // namespace pixelsail::kernels
