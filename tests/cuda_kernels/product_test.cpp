// Products with weights in 8 and 4 bits against the widened weight in double precision.

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "host_launch.h"
#include "model/quantized_weight.h"
#include "operators.h"

namespace pixelsail {
namespace {

QuantizedWeight make_weight(std::int64_t out, std::int64_t in, Quantization quantization) {
  QuantizedWeight weight(out, in, quantization, torch::kCPU);
  weight.set_rows(0, torch::randn({out, in}) * 0.3 + 0.1);
  return weight;
}

torch::Tensor multiply(const QuantizedWeight& weight, const torch::Tensor& x,
                       const std::optional<torch::Tensor>& bias) {
  if (weight.data.scalar_type() == torch::kInt8)
    return cuda::int8_product(x, weight.data, weight.scales, bias);
  return cuda::int4_product(x, weight.data, weight.scales, bias, weight.shape()[1]);
}

/// `steps`: roundings of size u * sum |x w| that a product may have before its result is rounded.
void expect_near(const torch::Tensor& got, const QuantizedWeight& weight, const torch::Tensor& x,
                 const std::optional<torch::Tensor>& bias, double before, const std::string& what) {
  const torch::Tensor w = weight.dequantized(torch::kFloat32).to(torch::kFloat64),
                      x64 = x.to(torch::kFloat64);
  torch::Tensor exact = at::matmul(x64, w.t());
  if (bias) exact += bias->to(torch::kFloat64);
  const double last = x.scalar_type() == torch::kFloat32    ? 0x1p-23
                      : x.scalar_type() == torch::kBFloat16 ? 0x1p-8
                                                            : 0x1p-11;
  const torch::Tensor allowed = exact.abs() * last + at::matmul(x64.abs(), w.abs().t()) * before + 1e-6;
  const torch::Tensor difference = (got.to(torch::kFloat64) - exact).abs();
  EXPECT_EQ(got.scalar_type(), x.scalar_type());
  EXPECT_TRUE((difference <= allowed).all().item<bool>())
      << what << ": " << (difference / allowed).max().item<double>() << " times the allowed error";
}

class CompactProducts : public testing::TestWithParam<Quantization> {};

TEST_P(CompactProducts, OfAFewRows) {
  torch::manual_seed(1);
  for (const std::int64_t in : {1, 31, 32, 64, 100, 333, 896, 1040}) {
    const QuantizedWeight weight = make_weight(11, in, GetParam());
    const torch::Tensor bias = torch::randn({11});
    for (const std::int64_t rows : {1, 2, 3, 4, 7, 8}) {
      for (const torch::ScalarType type : {torch::kFloat32, torch::kBFloat16, torch::kFloat16}) {
        if (type == torch::kFloat16 && rows != 3) continue;
        const torch::Tensor x = torch::randn({rows, in}, torch::TensorOptions(type));
        const std::optional<torch::Tensor> added =
            rows % 2 == 0 ? std::optional(bias.to(type)) : std::nullopt;
        expect_near(multiply(weight, x, added), weight, x, added, 2e-6,
                    std::to_string(in) + " columns, " + std::to_string(rows) + " rows");
      }
    }
  }
}

TEST_P(CompactProducts, OfMemoryThatIsNotAligned) {
  torch::manual_seed(2);
  QuantizedWeight weight = make_weight(9, 96, GetParam());
  const torch::Tensor x = torch::randn({2, 97}).flatten().narrow(0, 1, 192).view({2, 96});
  expect_near(multiply(weight, x, {}), weight, x, {}, 2e-6, "x");
  const torch::Tensor bytes = torch::empty({weight.data.numel() + 1}, weight.data.options());
  const torch::Tensor moved = bytes.narrow(0, 1, weight.data.numel()).view(weight.data.sizes());
  moved.copy_(weight.data);
  const torch::Tensor before = multiply(weight, x, {});
  weight.data = moved;
  EXPECT_TRUE(torch::equal(multiply(weight, x, {}), before));
  EXPECT_TRUE(torch::equal(multiply(weight, x.expand({6, 2, 96}), {})[5],
                           multiply(weight, x.expand({6, 2, 96}), {})[0]));
}

TEST_P(CompactProducts, OfManyRows) {
  torch::manual_seed(3);
  for (const std::int64_t in : {33, 256}) {
    const QuantizedWeight weight = make_weight(70, in, GetParam());
    const torch::Tensor x = torch::randn({3, 7, in}), bias = torch::randn({70});
    const torch::Tensor y = multiply(weight, x, bias);
    EXPECT_EQ(y.sizes(), (std::vector<std::int64_t>{3, 7, 70}));
    expect_near(y, weight, x, bias, 2e-6, std::to_string(in));
    // The weight is rounded to x's type there.
    const torch::Tensor narrow = x.to(torch::kBFloat16);
    expect_near(multiply(weight, narrow, {}), weight, narrow, {}, 0x1p-8, std::to_string(in));
  }
}

/// 32 MiB of float32 are 64 rows of 131,072 columns.
TEST_P(CompactProducts, OfAWeightOfSeveralBands) {
  torch::manual_seed(4);
  const QuantizedWeight weight = make_weight(70, 131072, GetParam());
  const torch::Tensor x = torch::randn({9, 131072}), bias = torch::randn({70});
  expect_near(multiply(weight, x, bias), weight, x, bias, 2e-6, "bands");
  expect_near(multiply(weight, x, {}), weight, x, {}, 2e-6, "bands without bias");
}

TEST_P(CompactProducts, DoNotDependOnTheOrderOfThreads) {
  torch::manual_seed(5);
  const QuantizedWeight weight = make_weight(37, 1040, GetParam());
  const torch::Tensor x = torch::randn({5, 1040}, torch::kBFloat16);
  const torch::Tensor forward = multiply(weight, x, {});
  cuda::set_order(FiberOrder::kBackward);
  const torch::Tensor backward = multiply(weight, x, {});
  cuda::set_order(FiberOrder::kForward);
  EXPECT_TRUE(torch::equal(forward, backward));
}

TEST_P(CompactProducts, WrongShapesAreNamed) {
  const QuantizedWeight weight = make_weight(4, 64, GetParam());
  EXPECT_THROW(multiply(weight, torch::randn({2, 63}), {}), c10::Error);
  EXPECT_THROW(multiply(weight, torch::randn({2, 64}), torch::randn({5})), c10::Error);
  QuantizedWeight other = weight;
  other.scales = weight.scales.narrow(0, 0, 3);
  EXPECT_THROW(multiply(other, torch::randn({2, 64}), {}), c10::Error);
}

INSTANTIATE_TEST_SUITE_P(Weights, CompactProducts, testing::Values(Quantization::kInt8, Quantization::kInt4),
                         [](const auto& test) {
                           return std::string(test.param == Quantization::kInt8 ? "Int8" : "Int4");
                         });

}  // namespace
}  // namespace pixelsail
