#pragma once

/// Numbers and weights for the tests of this room.

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "kernels/half.h"
#include "kernels/matrix.h"

namespace pixelsail::kernels {

inline constexpr WeightType kAllTypes[] = {WeightType::kF32, WeightType::kBF16, WeightType::kF16,
                                           WeightType::kInt8, WeightType::kInt4};

/// Numbers in [-1, 1), a different row of them for each seed.
inline std::vector<float> numbers(std::int64_t n, std::uint64_t seed) {
  std::vector<float> out(static_cast<std::size_t>(n));
  std::uint64_t state = seed * 0x9E3779B97F4A7C15 + 1;
  for (float& value : out) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    value = static_cast<float>(static_cast<double>(state >> 11) * 0x1p-52 - 1);
  }
  return out;
}

/// `values` stored as `type`, without quantization.
inline std::vector<std::uint8_t> stored(const std::vector<float>& values, WeightType type) {
  std::vector<std::uint8_t> bytes(
      static_cast<std::size_t>(row_bytes(type, static_cast<std::int64_t>(values.size()))));
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (type == WeightType::kF32) {
      std::memcpy(bytes.data() + i * 4, &values[i], 4);
    } else {
      const std::uint16_t half =
          type == WeightType::kBF16 ? float_to_bf16(values[i]) : float_to_f16(values[i]);
      std::memcpy(bytes.data() + i * 2, &half, 2);
    }
  }
  return bytes;
}

/// A weight with its memory, which has exactly the documented size: sanitizers see what reads beyond it.
class Weight {
 public:
  Weight(WeightType type, std::int64_t rows, std::int64_t columns, std::uint64_t seed, std::int64_t group = 0)
      : original_(numbers(rows * columns, seed)) {
    if (group == 0) {
      group = default_group(type);
    }
    if (is_quantized(type)) {
      data_.resize(static_cast<std::size_t>(rows * row_bytes(type, columns)));
      scales_.resize(static_cast<std::size_t>(rows * scale_row_bytes(type, columns, group)));
      quantize(original_.data(), rows, columns, type, group, data_.data(), scales_.data());
    } else {
      data_ = stored(original_, type);
    }
    view_ = {.type = type,
             .data = data_.data(),
             .scales = scales_.empty() ? nullptr : scales_.data(),
             .rows = rows,
             .columns = columns,
             .group = group};
  }
  Weight(const Weight&) = delete;
  Weight& operator=(const Weight&) = delete;

  const Matrix& view() const { return view_; }
  const std::vector<float>& original() const { return original_; }
  /// What the stored weights stand for.
  std::vector<float> values() const {
    std::vector<float> out(original_.size());
    dequantize_rows(view_, 0, view_.rows, out.data());
    return out;
  }

 private:
  std::vector<float> original_;
  std::vector<std::uint8_t> data_, scales_;
  Matrix view_;
};

}  // namespace pixelsail::kernels
