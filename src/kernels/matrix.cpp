#include "kernels/matrix.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <vector>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "kernels/cpu.h"
#include "kernels/half.h"
#include "kernels/wide_vectors.h"
#include "pixelsail/error.h"

namespace pixelsail::kernels {
namespace {

// Below the number of columns at which sizes in bytes could overflow.
constexpr std::int64_t kMaxSide = std::int64_t{1} << 31;

PIXELSAIL_WIDE_VECTORS
void int8_row_to_float(const std::int8_t* q, const float* scales, std::int64_t columns, std::int64_t group,
                       float* out) {
  for (std::int64_t begin = 0; begin < columns; begin += group) {
    const std::int64_t end = std::min(begin + group, columns);
    const float scale = *scales++;
    for (std::int64_t k = begin; k < end; ++k) {
      out[k] = static_cast<float>(q[k]) * scale;
    }
  }
}

PIXELSAIL_WIDE_VECTORS
void int4_row_to_float(const std::uint8_t* bytes, const std::uint16_t* pairs, std::int64_t columns,
                       float* out) {
  std::array<float, kInt4Group> values{};
  for (std::int64_t begin = 0; begin < columns; begin += kInt4Group, bytes += 16, pairs += 2) {
    const float step = bf16_to_float(pairs[0]), minimum = bf16_to_float(pairs[1]);
    for (std::size_t j = 0; j < 8; ++j) {
      values[j] = static_cast<float>(bytes[2 * j] & 15) * step + minimum;
      values[j + 8] = static_cast<float>(bytes[2 * j] >> 4) * step + minimum;
      values[j + 16] = static_cast<float>(bytes[2 * j + 1] & 15) * step + minimum;
      values[j + 24] = static_cast<float>(bytes[2 * j + 1] >> 4) * step + minimum;
    }
    std::copy_n(values.data(), std::min(kInt4Group, columns - begin), out + begin);
  }
}

PIXELSAIL_WIDE_VECTORS
void bf16_row_to_float(const std::uint16_t* bits, std::int64_t columns, float* out) {
  for (std::int64_t k = 0; k < columns; ++k) {
    const std::uint32_t wide = static_cast<std::uint32_t>(bits[k]) << 16;
    std::memcpy(out + k, &wide, sizeof(wide));
  }
}

#if defined(__x86_64__)
__attribute__((target("avx2,f16c"))) void f16_row_to_float_f16c(const std::uint16_t* bits,
                                                                std::int64_t columns, float* out) {
  std::int64_t k = 0;
  for (; k + 8 <= columns; k += 8) {
    const __m128i halves = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bits + k));
    _mm256_storeu_ps(out + k, _mm256_cvtph_ps(halves));
  }
  std::transform(bits + k, bits + columns, out + k, f16_to_float);
}
#endif

void f16_row_to_float(const std::uint16_t* bits, std::int64_t columns, float* out) {
#if defined(__x86_64__)
  if (best_level() == CpuLevel::kAvx2) return f16_row_to_float_f16c(bits, columns, out);
#endif
  std::transform(bits, bits + columns, out, f16_to_float);
}

void row_to_float(const Matrix& matrix, std::int64_t row, float* out) {
  const std::int64_t columns = matrix.columns;
  const auto* bytes = static_cast<const std::uint8_t*>(matrix.data) + row * row_bytes(matrix.type, columns);
  const auto* scales = static_cast<const std::uint8_t*>(matrix.scales);
  if (is_quantized(matrix.type)) {
    scales += row * scale_row_bytes(matrix.type, columns, matrix.group);
  }
  const auto* halves = reinterpret_cast<const std::uint16_t*>(bytes);
  switch (matrix.type) {
    case WeightType::kF32:
      std::copy_n(reinterpret_cast<const float*>(bytes), columns, out);
      break;
    case WeightType::kBF16:
      bf16_row_to_float(halves, columns, out);
      break;
    case WeightType::kF16:
      f16_row_to_float(halves, columns, out);
      break;
    case WeightType::kInt8:
      int8_row_to_float(reinterpret_cast<const std::int8_t*>(bytes), reinterpret_cast<const float*>(scales),
                        columns, matrix.group, out);
      break;
    case WeightType::kInt4:
      int4_row_to_float(bytes, reinterpret_cast<const std::uint16_t*>(scales), columns, out);
      break;
    default:
      throw RunError("a type that weights are not held in");
  }
}

void check_range(const Matrix& matrix, std::int64_t begin, std::int64_t end) {
  check_matrix(matrix, "a matrix to dequantize");
  if (begin < 0 || begin > end || end > matrix.rows) {
    throw RunError("rows " + std::to_string(begin) + " to " + std::to_string(end) + " of a matrix with " +
                   std::to_string(matrix.rows));
  }
}

}  // namespace

std::int64_t row_bytes(WeightType type, std::int64_t columns) {
  const DTypeRow& row = dtype_row(type);
  constexpr int kByte = 8;
  // Values that share a byte fill whole groups.
  if (row.bits < kByte) columns = (columns + row.group - 1) / row.group * row.group;
  return columns * row.bits / kByte;
}

std::int64_t scale_row_bytes(WeightType type, std::int64_t columns, std::int64_t group) {
  return is_quantized(type) ? (columns + group - 1) / group * 4 : 0;
}

void check_matrix(const Matrix& matrix, const char* what) {
  const auto fail = [&](const std::string& why) { throw RunError(std::string(what) + ": " + why); };
  if (matrix.rows < 1 || matrix.columns < 1 || matrix.rows > kMaxSide || matrix.columns > kMaxSide) {
    fail("impossible size " + std::to_string(matrix.rows) + " x " + std::to_string(matrix.columns));
  }
  if (matrix.data == nullptr) {
    fail("no data");
  }
  if (!is_quantized(matrix.type)) {
    return;
  }
  if (matrix.scales == nullptr) {
    fail("no scales");
  }
  // The integer sums of a group stay below 2^31 up to 4096 columns.
  const bool fits = matrix.type == WeightType::kInt4
                        ? matrix.group == kInt4Group
                        : matrix.group >= 32 && matrix.group <= 1024 && matrix.group % 32 == 0;
  if (!fits) {
    fail("groups of " + std::to_string(matrix.group) +
         " columns; int4 has 32, int8 a multiple of 32 up to 1024");
  }
}

void dequantize_rows(const Matrix& matrix, std::int64_t begin, std::int64_t end, float* out) {
  check_range(matrix, begin, end);
  for (std::int64_t row = begin; row < end; ++row) {
    row_to_float(matrix, row, out + (row - begin) * matrix.columns);
  }
}

void dequantize_rows(const Matrix& matrix, std::int64_t begin, std::int64_t end, std::uint16_t* out) {
  check_range(matrix, begin, end);
  std::vector<float> values(static_cast<std::size_t>(matrix.columns));
  for (std::int64_t row = begin; row < end; ++row) {
    row_to_float(matrix, row, values.data());
    for (const float value : values) {
      *out++ = float_to_bf16(value);
    }
  }
}

}  // namespace pixelsail::kernels
