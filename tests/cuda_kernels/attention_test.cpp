// Attention of one new token against the sum as it is written, in double precision.

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <algorithm>
#include <limits>
#include <numeric>

#include "host_launch.h"
#include "operators.h"

namespace pixelsail {
namespace {

struct Shape {
  std::int64_t heads, kv_heads, size;
};

struct Caches {
  torch::Tensor q, keys, values, past;
  std::int64_t longest;
};

/// Sequences of these lengths; what none of them may see is NaN.
Caches make_caches(const Shape& shape, const std::vector<std::int64_t>& lengths, torch::ScalarType type) {
  const auto options = torch::TensorOptions(type);
  const auto batch = static_cast<std::int64_t>(lengths.size());
  const std::int64_t longest = *std::max_element(lengths.begin(), lengths.end()), capacity = longest + 5;
  const torch::Tensor caches = torch::full({2, batch, shape.kv_heads, capacity, shape.size},
                                           std::numeric_limits<float>::quiet_NaN(), options);
  for (std::int64_t b = 0; b < batch; ++b) {
    const std::int64_t length = lengths[static_cast<std::size_t>(b)];
    caches.narrow(1, b, 1)
        .narrow(3, 0, length)
        .copy_(torch::randn({2, 1, shape.kv_heads, length, shape.size}));
  }
  return {.q = torch::randn({batch, shape.heads + 2, shape.size}, options).narrow(1, 1, shape.heads) * 2,
          .keys = caches[0],
          .values = caches[1],
          .past = torch::tensor(lengths, torch::kInt64) - 1,
          .longest = longest};
}

torch::Tensor wanted(const Caches& caches, const Shape& shape) {
  torch::Tensor out = torch::zeros({caches.q.size(0), shape.heads, shape.size}, torch::kFloat64);
  for (std::int64_t b = 0; b < out.size(0); ++b) {
    const std::int64_t seen = caches.past[b].item<std::int64_t>() + 1;
    if (seen == 0) continue;
    for (std::int64_t h = 0; h < shape.heads; ++h) {
      const std::int64_t g = h / (shape.heads / shape.kv_heads);
      const torch::Tensor keys = caches.keys[b][g].narrow(0, 0, seen).to(torch::kFloat64);
      const torch::Tensor values = caches.values[b][g].narrow(0, 0, seen).to(torch::kFloat64);
      const torch::Tensor scores =
          keys.mv(caches.q[b][h].to(torch::kFloat64)) / std::sqrt(static_cast<double>(shape.size));
      out[b][h].copy_(at::softmax(scores, 0).unsqueeze(0).mm(values).squeeze(0));
    }
  }
  return out;
}

torch::Tensor attend(const Caches& caches, std::int64_t longest) {
  return cuda::decode_attention(caches.q, caches.keys, caches.values, caches.past, longest);
}

void expect_near(const torch::Tensor& got, const torch::Tensor& exact, const char* what) {
  // Rounding of the result alone: everything before it is float32.
  const double limit = got.scalar_type() == torch::kFloat32    ? 3e-6
                       : got.scalar_type() == torch::kBFloat16 ? 0x1p-8
                                                               : 0x1p-11;
  const torch::Tensor difference = (got.to(torch::kFloat64) - exact).abs();
  const torch::Tensor allowed = exact.abs() * limit * 1.01 + 3e-6;
  EXPECT_TRUE((difference <= allowed).all().item<bool>()) << what << ": " << difference.max().item<double>();
}

TEST(DecodeAttention, IsTheWeightedSumForEveryShape) {
  torch::manual_seed(1);
  const std::vector<std::int64_t> lengths{1, 64, 65, 150};
  for (const Shape& shape : {Shape{4, 4, 8}, Shape{6, 2, 40}, Shape{14, 2, 64}, Shape{3, 3, 80},
                             Shape{16, 2, 128}, Shape{20, 2, 32}, Shape{3, 1, 256}, Shape{8, 1, 200}}) {
    for (const torch::ScalarType type : {torch::kFloat32, torch::kBFloat16, torch::kFloat16}) {
      if (type == torch::kFloat16 && shape.size != 64) continue;
      const Caches caches = make_caches(shape, lengths, type);
      const torch::Tensor out = attend(caches, caches.longest);
      const std::string what = std::to_string(shape.heads) + " heads of " + std::to_string(shape.size);
      EXPECT_EQ(out.scalar_type(), type);
      expect_near(out, wanted(caches, shape), what.c_str());
    }
  }
}

TEST(DecodeAttention, EveryLengthAroundAChunk) {
  torch::manual_seed(2);
  const Shape shape{4, 2, 16};
  for (std::int64_t first = 1; first < 136; first += 27) {
    std::vector<std::int64_t> lengths(27);
    std::iota(lengths.begin(), lengths.end(), first);
    const Caches caches = make_caches(shape, lengths, torch::kFloat32);
    expect_near(attend(caches, caches.longest), wanted(caches, shape), "lengths");
  }
}

TEST(DecodeAttention, BitsDependOnTheSequenceAlone) {
  torch::manual_seed(3);
  const Shape shape{6, 2, 64};
  const Caches caches = make_caches(shape, {70, 5, 200}, torch::kBFloat16);
  const torch::Tensor together = attend(caches, caches.longest);
  EXPECT_TRUE(torch::equal(together, attend(caches, caches.keys.size(2)))) << "another bound of the lengths";
  for (std::int64_t b = 0; b < 3; ++b) {
    const Caches alone{.q = caches.q.narrow(0, b, 1),
                       .keys = caches.keys.narrow(0, b, 1),
                       .values = caches.values.narrow(0, b, 1),
                       .past = caches.past.narrow(0, b, 1),
                       .longest = caches.past[b].item<std::int64_t>() + 1};
    EXPECT_TRUE(torch::equal(attend(alone, alone.longest), together.narrow(0, b, 1))) << b;
  }
  cuda::set_order(FiberOrder::kBackward);
  const torch::Tensor backward = attend(caches, caches.longest);
  cuda::set_order(FiberOrder::kForward);
  EXPECT_TRUE(torch::equal(backward, together)) << "another order of threads";
}

TEST(DecodeAttention, ASequenceWithoutKeysGetsZeros) {
  const Shape shape{2, 1, 8};
  Caches caches = make_caches(shape, {3, 3}, torch::kFloat32);
  caches.past[0].fill_(-1);
  const torch::Tensor out = attend(caches, caches.longest);
  EXPECT_EQ(out[0].abs().sum().item<double>(), 0);
  expect_near(out, wanted(caches, shape), "the other one");
  EXPECT_EQ(attend(caches, 0).abs().sum().item<double>(), 0);
}

TEST(DecodeAttention, ScoresOfAnySizeStayFinite) {
  const Shape shape{2, 2, 8};
  Caches caches = make_caches(shape, {130, 4}, torch::kFloat32);
  caches.q.mul_(1e4);
  expect_near(attend(caches, caches.longest), wanted(caches, shape), "large scores");
}

TEST(DecodeAttention, WrongArgumentsAreNamed) {
  const Caches caches = make_caches({4, 2, 8}, {3}, torch::kFloat32);
  EXPECT_THROW(attend(caches, caches.keys.size(2) + 1), c10::Error);
  EXPECT_THROW(cuda::decode_attention(caches.q.narrow(1, 0, 3), caches.keys, caches.values, caches.past, 3),
               c10::Error);
  EXPECT_THROW(cuda::decode_attention(caches.q, caches.keys, caches.values.narrow(2, 0, 2), caches.past, 3),
               c10::Error);
}

}  // namespace
}  // namespace pixelsail
