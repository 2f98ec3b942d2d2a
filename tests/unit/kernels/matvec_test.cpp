#include "kernels/matvec.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "pixelsail/error.h"
#include "support.h"

namespace pixelsail::kernels {
namespace {

constexpr float kUntouched = 12345;

std::vector<float> product(const Matrix& w, const std::vector<float>& x, std::int64_t m, const float* bias,
                           CpuLevel level) {
  std::vector<float> y(static_cast<std::size_t>(m * w.rows), kUntouched);
  multiply(w, x.data(), m, w.columns, bias, y.data(), w.rows, 0, w.rows, level);
  return y;
}

// Against sums in double precision of what the weights stand for; the error may grow with the sum of the
// magnitudes.
void expect_product(const Weight& weight, std::int64_t m, bool with_bias, CpuLevel level) {
  const Matrix& w = weight.view();
  const std::vector<float> values = weight.values();
  const std::vector<float> x = numbers(m * w.columns, 77);
  const std::vector<float> bias = numbers(w.rows, 78);
  const std::vector<float> y = product(w, x, m, with_bias ? bias.data() : nullptr, level);
  const double tolerance = is_quantized(w.type) ? 3e-5 : 1e-6;
  for (std::int64_t i = 0; i < m; ++i) {
    for (std::int64_t n = 0; n < w.rows; ++n) {
      double sum = with_bias ? bias[static_cast<std::size_t>(n)] : 0;
      double magnitude = std::abs(sum) + 1e-3;
      for (std::int64_t k = 0; k < w.columns; ++k) {
        const double term = static_cast<double>(x[static_cast<std::size_t>(i * w.columns + k)]) *
                            values[static_cast<std::size_t>(n * w.columns + k)];
        sum += term;
        magnitude += std::abs(term);
      }
      ASSERT_NEAR(y[static_cast<std::size_t>(i * w.rows + n)], sum, tolerance * magnitude)
          << name(level) << " type " << static_cast<int>(w.type) << ", " << w.rows << " x " << w.columns
          << ", m " << m << ", row " << i << ", output " << n;
    }
  }
}

TEST(Multiply, AgreesWithDoublePrecision) {
  for (const CpuLevel level : supported_levels()) {
    for (const WeightType type : kAllTypes) {
      for (const std::int64_t columns : {1, 7, 8, 16, 31, 32, 33, 64, 95, 96, 100, 160, 257, 896}) {
        for (const std::int64_t rows : {1, 3, 4, 9}) {
          const Weight weight(type, rows, columns, static_cast<std::uint64_t>(columns));
          for (const std::int64_t m : {1, 2, 3, 7, 9}) {
            expect_product(weight, m, m % 2 == 0, level);
          }
        }
      }
    }
  }
}

TEST(Multiply, GroupsOfInt8) {
  for (const CpuLevel level : supported_levels()) {
    for (const std::int64_t group : {32, 64, 96, 1024}) {
      expect_product(Weight(WeightType::kInt8, 6, 1100, 5, group), 3, true, level);
    }
  }
}

TEST(Multiply, LargestIntegersDoNotOverflow) {
  for (const CpuLevel level : supported_levels()) {
    for (const WeightType type : {WeightType::kInt8, WeightType::kInt4}) {
      constexpr std::int64_t kColumns = 4096;
      const std::int64_t group = type == WeightType::kInt8 ? 1024 : kInt4Group;
      std::vector<float> ones(kColumns, 1.0f);
      if (type == WeightType::kInt4) {
        ones[0] = 0;  // steps of 1/15 above 0: nearly all q are 15
      }
      std::vector<std::uint8_t> data(static_cast<std::size_t>(row_bytes(type, kColumns)));
      std::vector<std::uint8_t> scales(static_cast<std::size_t>(scale_row_bytes(type, kColumns, group)));
      quantize(ones.data(), 1, kColumns, type, group, data.data(), scales.data());
      const Matrix w{type, data.data(), scales.data(), 1, kColumns, group};
      const std::vector<float> x(kColumns, -1.0f);
      EXPECT_NEAR(product(w, x, 1, nullptr, level)[0], -kColumns, 2.0) << name(level);
    }
  }
}

TEST(Multiply, SameBitsAloneTogetherAndInParts) {
  constexpr std::int64_t kRows = 23;
  constexpr std::int64_t kColumns = 203;
  constexpr std::int64_t kMost = 9;
  for (const CpuLevel level : supported_levels()) {
    for (const WeightType type : kAllTypes) {
      const Weight weight(type, kRows, kColumns, 3);
      const std::vector<float> x = numbers(kMost * kColumns, 4);
      const std::vector<float> bias = numbers(kRows, 5);
      const std::vector<float> all = product(weight.view(), x, kMost, bias.data(), level);
      for (std::int64_t m = 1; m < kMost; ++m) {
        // The last m rows of x, rows of the weight in parts, both further apart than needed.
        std::vector<float> y(static_cast<std::size_t>(m * 40), kUntouched);
        std::vector<float> apart(static_cast<std::size_t>(m * 300));
        for (std::int64_t i = 0; i < m; ++i) {
          std::copy_n(x.begin() + (kMost - m + i) * kColumns, kColumns, apart.begin() + i * 300);
        }
        std::int64_t begin = 0;
        for (const std::int64_t end : {m, m, std::int64_t{11}, kRows}) {
          multiply(weight.view(), apart.data(), m, 300, bias.data(), y.data(), 40, begin, end, level);
          begin = end;
        }
        for (std::int64_t i = 0; i < m; ++i) {
          for (std::int64_t n = 0; n < 40; ++n) {
            const float expected =
                n < kRows ? all[static_cast<std::size_t>((kMost - m + i) * kRows + n)] : kUntouched;
            ASSERT_EQ(y[static_cast<std::size_t>(i * 40 + n)], expected)
                << name(level) << " type " << static_cast<int>(type) << " m " << m;
          }
        }
      }
    }
  }
}

TEST(Multiply, WhatIsNotFiniteStaysInItsRow) {
  constexpr std::int64_t kRows = 5;
  for (const CpuLevel level : supported_levels()) {
    for (const WeightType type : kAllTypes) {
      for (const std::int64_t columns : {20, 203}) {
        const Weight weight(type, kRows, columns, 3);
        for (const float bad :
             {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
              -std::numeric_limits<float>::infinity()}) {
          for (const std::int64_t place : {std::int64_t{0}, columns - 1}) {
            std::vector<float> x = numbers(3 * columns, 4);
            const std::vector<float> good = product(weight.view(), x, 3, nullptr, level);
            x[static_cast<std::size_t>(columns + place)] = bad;
            const std::vector<float> y = product(weight.view(), x, 3, nullptr, level);
            for (std::size_t n = 0; n < kRows; ++n) {
              EXPECT_EQ(y[n], good[n]);
              EXPECT_FALSE(std::isfinite(y[kRows + n])) << name(level) << " type " << static_cast<int>(type);
              EXPECT_EQ(y[2 * kRows + n], good[2 * kRows + n]);
            }
          }
        }
      }
    }
  }
}

TEST(Multiply, ZerosAndTinyNumbers) {
  for (const CpuLevel level : supported_levels()) {
    for (const WeightType type : kAllTypes) {
      const Weight weight(type, 4, 70, 3);
      for (const float value : {0.0f, 1e-42f, 1e-36f}) {
        const std::vector<float> x(70, value);
        for (const float y : product(weight.view(), x, 1, nullptr, level)) {
          EXPECT_LE(std::abs(y), 70 * value);
        }
      }
    }
  }
}

TEST(Multiply, SizesAreChecked) {
  const Weight weight(WeightType::kF32, 4, 8, 1);
  const std::vector<float> x(16);
  std::vector<float> y(8);
  const auto call = [&](Matrix w, std::int64_t m, std::int64_t ldx, std::int64_t ldy, std::int64_t begin,
                        std::int64_t end) {
    multiply(w, x.data(), m, ldx, nullptr, y.data(), ldy, begin, end);
  };
  EXPECT_NO_THROW(call(weight.view(), 2, 8, 4, 0, 4));
  EXPECT_NO_THROW(call(weight.view(), 2, 8, 4, 4, 4));
  EXPECT_THROW(call(weight.view(), 2, 7, 4, 0, 4), RunError);
  EXPECT_THROW(call(weight.view(), 2, 8, 3, 0, 4), RunError);
  EXPECT_THROW(call(weight.view(), -1, 8, 4, 0, 4), RunError);
  EXPECT_THROW(call(weight.view(), 1, 8, 4, 0, 5), RunError);
  EXPECT_THROW(call(weight.view(), 1, 8, 4, 3, 2), RunError);
  Matrix w = weight.view();
  w.data = nullptr;
  EXPECT_THROW(call(w, 1, 8, 4, 0, 4), RunError);
  w = weight.view();
  w.type = WeightType::kInt8;
  EXPECT_THROW(call(w, 1, 8, 4, 0, 4), RunError);  // no scales
  w.scales = y.data();
  w.group = 33;
  EXPECT_THROW(call(w, 1, 8, 4, 0, 4), RunError);
  w.group = 2048;
  EXPECT_THROW(call(w, 1, 8, 4, 0, 4), RunError);
  w.type = WeightType::kInt4;
  w.group = 64;
  EXPECT_THROW(call(w, 1, 8, 4, 0, 4), RunError);
}

}  // namespace
}  // namespace pixelsail::kernels
