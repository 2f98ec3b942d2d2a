#pragma once

/// Weights of linear layers as they lie in memory, quantized or not, and how to quantize them.
///
/// Storage, which is also the format of quantized tensors in checkpoint files; a row is stored behind the
/// other without gaps, numbers are little-endian:
///
/// * f32, bf16, f16: [N, K] of that type, as torch holds the weight of a linear layer. No scales.
/// * int8: data int8 [N, K]; scales float32 [N, ceil(K / group)]. A weight is
///     data[n, k] * scales[n, k / group],  data in [-127, 127].
///   `group` is a multiple of 32, at most 1024.
/// * int4: data uint8 [N, 16 ceil(K / 32)]; scales bfloat16 [N, ceil(K / 32), 2], a step and a minimum. A
///   weight is
///     q * step + minimum,  q in [0, 15].
///   The 16 bytes of a group hold its q_0 .. q_31 so that each 16-bit word gives four values by shifts:
///     byte 2j     = q_j        | q_(j + 8)  << 4
///     byte 2j + 1 = q_(j + 16) | q_(j + 24) << 4      for j in [0, 8).
///   Places behind column K are zero. `group` is 32.
///
/// The last group of a row is shorter where K is no multiple of the group.

#include <cstdint>

#include "core/dtype.h"

namespace pixelsail::kernels {

/// kF32, kBF16, kF16, kInt8 or kInt4.
using WeightType = DType;

/// A weight [N, K] of y = x W^T + b; does not own what it points to.
struct Matrix {
  WeightType type = WeightType::kF32;
  const void* data = nullptr;    ///< aligned for its element type
  const void* scales = nullptr;  ///< null where the type has none
  std::int64_t rows = 0;         ///< N
  std::int64_t columns = 0;      ///< K
  std::int64_t group = 0;        ///< columns that share a scale; 0 where the type has none
};

/// Group that `type` usually has; 0 for types without scales.
constexpr std::int64_t default_group(WeightType type) {
  return dtype_row(type).group;
}
inline constexpr std::int64_t kInt8Group = default_group(WeightType::kInt8);
inline constexpr std::int64_t kInt4Group = default_group(WeightType::kInt4);

/// Bytes of one row in `data`.
std::int64_t row_bytes(WeightType type, std::int64_t columns);

/// Bytes of one row in `scales`; 0 for types without.
std::int64_t scale_row_bytes(WeightType type, std::int64_t columns, std::int64_t group);

/// Throws RunError, which names `what`, unless sizes are positive, pointers are set and the group fits.
void check_matrix(const Matrix& matrix, const char* what);

/// Quantizes w, float32 [N, K], to int8 or int4. `data` and `scales` get N rows of row_bytes() and
/// scale_row_bytes(). Rows are independent: slices of a weight may be quantized by several threads. int8
/// keeps the largest weight of a group, int4 chooses the range with the least squared error. Throws RunError
/// for other types, sizes that do not fit, and weights that are not finite.
void quantize(const float* w, std::int64_t rows, std::int64_t columns, WeightType type, std::int64_t group,
              void* data, void* scales);

/// Rows [begin, end) of a matrix of any type as float32 [end - begin, K]. Throws RunError for rows out of
/// range.
void dequantize_rows(const Matrix& matrix, std::int64_t begin, std::int64_t end, float* out);

/// The same as bfloat16 bits, rounded to nearest.
void dequantize_rows(const Matrix& matrix, std::int64_t begin, std::int64_t end, std::uint16_t* out);

}  // namespace pixelsail::kernels
