#include <algorithm>
#include <cmath>
#include <limits>

#include "pixelsail/error.h"
#include "support.h"

namespace pixelsail::kernels {
namespace {

double mean_squared_error(const Weight& weight) {
  const std::vector<float> values = weight.values();
  double sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    sum += std::pow(static_cast<double>(values[i]) - weight.original()[i], 2);
  }
  return sum / static_cast<double>(values.size());
}

TEST(Half, BothWays) {
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    const auto half = static_cast<std::uint16_t>(bits);
    if ((bits & 0x7C00) == 0x7C00 && (bits & 0x3FF) != 0) {
      EXPECT_TRUE(std::isnan(f16_to_float(float_to_f16(f16_to_float(half)))));
    } else {
      EXPECT_EQ(float_to_f16(f16_to_float(half)), half);
    }
    if ((bits & 0x7F80) == 0x7F80 && (bits & 0x7F) != 0) {
      EXPECT_TRUE(std::isnan(bf16_to_float(float_to_bf16(bf16_to_float(half)))));
    } else {
      EXPECT_EQ(float_to_bf16(bf16_to_float(half)), half);
    }
  }
  EXPECT_EQ(f16_to_float(0x3555), 0.333251953125f);
  EXPECT_EQ(f16_to_float(0x0001), 0x1p-24f);
  EXPECT_EQ(float_to_f16(65520.0f), 0x7C00);
  EXPECT_EQ(float_to_f16(std::nextafter(65520.0f, 0.0f)), 0x7BFF);
  EXPECT_EQ(float_to_f16(1 + 0x1p-11f), 0x3C00);  // ties to even
  EXPECT_EQ(float_to_f16(1 + 3 * 0x1p-11f), 0x3C02);
  EXPECT_EQ(float_to_bf16(1 + 0x1p-8f), 0x3F80);
  EXPECT_EQ(float_to_bf16(1 + 3 * 0x1p-8f), 0x3F82);
}

TEST(Quantize, Sizes) {
  EXPECT_EQ(row_bytes(WeightType::kF32, 65), 260);
  EXPECT_EQ(row_bytes(WeightType::kBF16, 65), 130);
  EXPECT_EQ(row_bytes(WeightType::kInt8, 65), 65);
  EXPECT_EQ(row_bytes(WeightType::kInt4, 65), 48);
  EXPECT_EQ(scale_row_bytes(WeightType::kF32, 65, 0), 0);
  EXPECT_EQ(scale_row_bytes(WeightType::kInt8, 65, 64), 8);
  EXPECT_EQ(scale_row_bytes(WeightType::kInt4, 65, 32), 12);
}

// The layout is that of files: these bytes may not change.
TEST(Quantize, LayoutOfInt4) {
  std::vector<float> w(33);
  for (std::size_t k = 0; k < 33; ++k) {
    w[k] = static_cast<float>(k * 7 % 16) - 8;
  }
  std::vector<std::uint8_t> data(32);
  std::vector<std::uint16_t> scales(4);
  quantize(w.data(), 1, 33, WeightType::kInt4, 32, data.data(), scales.data());
  EXPECT_EQ(bf16_to_float(scales[0]), 1.0f);
  EXPECT_EQ(bf16_to_float(scales[1]), -8.0f);
  for (std::size_t k = 0; k < 32; ++k) {
    const std::uint8_t byte = data[k % 8 * 2 + k / 16];
    EXPECT_EQ(byte >> (k / 8 % 2 * 4) & 15, k * 7 % 16) << k;
  }
  EXPECT_EQ(data[16] >> 4, 0);
  for (std::size_t byte = 17; byte < 32; ++byte) {
    EXPECT_EQ(data[byte], 0);
  }
}

TEST(Quantize, LayoutOfInt8) {
  std::vector<float> w(40, 0.5f);
  w[3] = -127;
  w[35] = 254;
  std::vector<std::int8_t> data(40);
  std::vector<float> scales(2);
  quantize(w.data(), 1, 40, WeightType::kInt8, 32, data.data(), scales.data());
  EXPECT_EQ(scales, (std::vector<float>{1, 2}));
  EXPECT_EQ(data[3], -127);
  EXPECT_EQ(data[35], 127);
  EXPECT_EQ(data[0], 1);  // a half rounds away from zero
}

TEST(Quantize, ErrorIsAPartOfAStep) {
  // Uniform numbers in [-1, 1): an error of step^2 / 12, with steps of 2 / 254 and 2 / 15.
  EXPECT_LT(mean_squared_error(Weight(WeightType::kInt8, 20, 640, 9)), std::pow(2.0 / 254, 2) / 12);
  EXPECT_LT(mean_squared_error(Weight(WeightType::kInt4, 20, 640, 9)), std::pow(2.0 / 15, 2) / 12);
}

TEST(Quantize, RangeOfInt4IsChosenForTheSquaredError) {
  // Sums of four numbers are distributed like weights, dense in the middle.
  constexpr std::size_t kCount = 32 * 500;
  const std::vector<float> parts = numbers(4 * kCount, 12);
  std::vector<float> w(kCount);
  for (std::size_t k = 0; k < kCount; ++k) {
    w[k] = parts[4 * k] + parts[4 * k + 1] + parts[4 * k + 2] + parts[4 * k + 3];
  }
  std::vector<std::uint8_t> data(kCount / 2);
  std::vector<std::uint16_t> scales(kCount / 16);
  quantize(w.data(), 500, 32, WeightType::kInt4, 32, data.data(), scales.data());
  std::vector<float> back(kCount);
  dequantize_rows({WeightType::kInt4, data.data(), scales.data(), 500, 32, 32}, 0, 500, back.data());
  double error = 0, whole_range = 0;
  for (std::size_t first = 0; first < kCount; first += 32) {
    const auto [low, high] = std::minmax_element(w.begin() + static_cast<std::ptrdiff_t>(first),
                                                 w.begin() + static_cast<std::ptrdiff_t>(first + 32));
    const float step = (*high - *low) / 15;
    for (std::size_t k = first; k < first + 32; ++k) {
      error += std::pow(back[k] - w[k], 2);
      whole_range += std::pow(*low + step * std::round((w[k] - *low) / step) - w[k], 2);
    }
  }
  EXPECT_LT(error, 0.88 * whole_range);
}

TEST(Quantize, ConstantsZerosAndExtremes) {
  for (const WeightType type : {WeightType::kInt8, WeightType::kInt4}) {
    for (const float value : {0.0f, 1.0f, -0.3f, 1e-42f, 1e-20f, 3e38f, -3e38f}) {
      const std::vector<float> w(70, value);
      const std::int64_t group = default_group(type);
      std::vector<std::uint8_t> data(static_cast<std::size_t>(row_bytes(type, 70)));
      std::vector<std::uint8_t> scales(static_cast<std::size_t>(scale_row_bytes(type, 70, group)));
      quantize(w.data(), 1, 70, type, group, data.data(), scales.data());
      std::vector<float> back(70);
      dequantize_rows({type, data.data(), scales.data(), 1, 70, group}, 0, 1, back.data());
      for (const float v : back) {
        EXPECT_NEAR(v, value, std::abs(value) / 127 + 1e-38f);
      }
    }
  }
}

TEST(Quantize, RowsAreIndependent) {
  for (const WeightType type : {WeightType::kInt8, WeightType::kInt4}) {
    const Weight all(type, 6, 75, 2);
    const std::int64_t bytes = row_bytes(type, 75);
    std::vector<std::uint8_t> data(static_cast<std::size_t>(2 * bytes)), scales(200);
    quantize(all.original().data() + 3 * 75, 2, 75, type, default_group(type), data.data(), scales.data());
    EXPECT_EQ(0, std::memcmp(data.data(), static_cast<const std::uint8_t*>(all.view().data) + 3 * bytes,
                             data.size()));
  }
}

TEST(Quantize, BFloat16RowsAreTheRoundedOnes) {
  for (const WeightType type : kAllTypes) {
    const Weight weight(type, 4, 50, 2);
    const std::vector<float> values = weight.values();
    std::vector<std::uint16_t> halves(100);
    dequantize_rows(weight.view(), 1, 3, halves.data());
    for (std::size_t k = 0; k < 100; ++k) {
      EXPECT_EQ(halves[k], float_to_bf16(values[50 + k]));
    }
  }
}

TEST(Quantize, WhatDoesNotFitIsRefused) {
  std::vector<float> w(64), out(64);
  EXPECT_THROW(quantize(w.data(), 1, 64, WeightType::kBF16, 0, out.data(), out.data()), RunError);
  EXPECT_THROW(quantize(w.data(), 0, 64, WeightType::kInt8, 64, out.data(), out.data()), RunError);
  EXPECT_THROW(quantize(w.data(), 1, 64, WeightType::kInt8, 0, out.data(), out.data()), RunError);
  EXPECT_THROW(quantize(w.data(), 1, 64, WeightType::kInt4, 64, out.data(), out.data()), RunError);
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    w[63] = bad;
    EXPECT_THROW(quantize(w.data(), 1, 64, WeightType::kInt8, 64, out.data(), out.data()), RunError);
    EXPECT_THROW(quantize(w.data(), 1, 64, WeightType::kInt4, 32, out.data(), out.data()), RunError);
  }
  const Weight weight(WeightType::kF32, 4, 8, 1);
  EXPECT_THROW(dequantize_rows(weight.view(), 2, 5, out.data()), RunError);
  EXPECT_THROW(dequantize_rows(weight.view(), -1, 2, out.data()), RunError);
}

}  // namespace
}  // namespace pixelsail::kernels
