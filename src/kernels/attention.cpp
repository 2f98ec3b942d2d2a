#include "kernels/attention.h"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "kernels/level_kernels.h"
#include "kernels/matvec.h"
#include "pixelsail/error.h"

namespace pixelsail::kernels {

void attend_piece(const Matrix& keys, const Matrix& values, const float* q, std::int64_t heads,
                  const PieceResult& result, CpuLevel level) {
  check_matrix(values, "cached values");
  const std::int64_t count = keys.rows;
  const std::int64_t head_size = keys.columns;
  if (is_quantized(keys.type) || is_quantized(values.type) || count > kKeysPerPiece || values.rows != count ||
      values.columns != head_size) {
    throw RunError("attention: " + std::to_string(count) + " keys of size " + std::to_string(head_size) +
                   " with " + std::to_string(values.rows) + " values of size " +
                   std::to_string(values.columns));
  }
  const LevelKernels& kernels = level_kernels(level);
  std::vector<float> scores(static_cast<std::size_t>(heads * count));
  multiply(keys, q, heads, head_size, nullptr, scores.data(), count, 0, count, level);
  for (std::int64_t head = 0; head < heads; ++head) {
    float* row = scores.data() + head * count;
    float largest = -std::numeric_limits<float>::infinity();
    for (std::int64_t n = 0; n < count; ++n) {
      largest = row[n] > largest ? row[n] : largest;
    }
    result.largest[head] = largest;
    result.sums[head] = kernels.exp_sum(row, count, largest);
  }
  kernels.weighted_rows(values, scores.data(), heads, count, result.values);
}

void merge_pieces(const PieceResult& pieces, std::int64_t count, std::int64_t heads, std::int64_t head_size,
                  float* out) {
  for (std::int64_t head = 0; head < heads; ++head, out += head_size) {
    float largest = -std::numeric_limits<float>::infinity();
    for (std::int64_t p = 0; p < count; ++p) {
      const float here = pieces.largest[p * heads + head];
      largest = here > largest ? here : largest;
    }
    for (std::int64_t c = 0; c < head_size; ++c) {
      out[c] = 0;
    }
    float sum = 0;
    for (std::int64_t p = 0; p < count; ++p) {
      const std::int64_t at = p * heads + head;
      const float factor = std::exp(pieces.largest[at] - largest);
      sum += factor * pieces.sums[at];
      for (std::int64_t c = 0; c < head_size; ++c) {
        out[c] += factor * pieces.values[at * head_size + c];
      }
    }
    for (std::int64_t c = 0; c < head_size; ++c) {
      out[c] /= sum;
    }
  }
}

}  // namespace pixelsail::kernels
