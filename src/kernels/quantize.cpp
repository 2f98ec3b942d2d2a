#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <string>

#include "kernels/half.h"
#include "kernels/matrix.h"
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

// A group of int4 as it would be stored, and what it costs.
struct Candidate {
  std::uint16_t step = 0;
  std::uint16_t minimum = 0;
  std::array<std::uint8_t, kInt4Group> q{};
  double error = 0;
};

// The best q for a grid of 16 values from `low` to `high`, after both were rounded to what is stored.
Candidate try_grid(const float* w, std::int64_t n, float low, float step) {
  Candidate candidate{.step = float_to_bf16(step), .minimum = float_to_bf16(low)};
  const float stored_step = bf16_to_float(candidate.step);
  const float stored_low = bf16_to_float(candidate.minimum);
  const float inverse = stored_step >= 0x1p-126f ? 1 / stored_step : 0.0f;
  for (std::int64_t i = 0; i < n; ++i) {
    const float place = std::clamp((w[i] - stored_low) * inverse, 0.0f, 15.0f);
    const int q = static_cast<int>(place + 0.5f);
    candidate.q[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(q);
    const double difference = static_cast<double>(static_cast<float>(q) * stored_step + stored_low) - w[i];
    candidate.error += difference * difference;
  }
  return candidate;
}

// Given the q of `from`, the line through the weights with the least squared error, as a new grid.
Candidate refit(const float* w, std::int64_t n, const Candidate& from) {
  double sum_q = 0, sum_qq = 0, sum_w = 0, sum_qw = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    const double q = from.q[static_cast<std::size_t>(i)];
    sum_q += q;
    sum_qq += q * q;
    sum_w += w[i];
    sum_qw += q * w[i];
  }
  const auto count = static_cast<double>(n);
  const double determinant = count * sum_qq - sum_q * sum_q;
  if (determinant <= 0) {
    return from;  // all weights have one q
  }
  const double step = (count * sum_qw - sum_q * sum_w) / determinant;
  return try_grid(w, n, static_cast<float>((sum_w - step * sum_q) / count), static_cast<float>(step));
}

void quantize_int4(const float* w, std::int64_t n, std::uint8_t* bytes, std::uint16_t* pair) {
  const auto [low, high] = std::minmax_element(w, w + n);
  const float middle = *low / 2 + *high / 2;
  const float half_range = *high / 2 - *low / 2;
  Candidate best = try_grid(w, n, *low, half_range / 7.5f);
  // A narrower range clips the outermost weights of one side or both and has finer steps for all others.
  constexpr float kShrink[] = {1.0f, 0.88f, 0.76f};
  for (const float below : kShrink) {
    for (const float above : kShrink) {
      const float bottom = middle - half_range * below;
      const float step = half_range / 15 * (below + above);
      const Candidate candidate = refit(w, n, try_grid(w, n, bottom, step));
      if (candidate.error < best.error) {
        best = candidate;
      }
    }
  }
  pair[0] = best.step;
  pair[1] = best.minimum;
  for (std::size_t j = 0; j < 8; ++j) {
    bytes[2 * j] = static_cast<std::uint8_t>(best.q[j] | best.q[j + 8] << 4);
    bytes[2 * j + 1] = static_cast<std::uint8_t>(best.q[j + 16] | best.q[j + 24] << 4);
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
