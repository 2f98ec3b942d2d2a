// Rotation, store and SwiGLU's product against torch's operations, which they are to equal in rounding.

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "model/rope.h"
#include "operators.h"

namespace pixelsail {
namespace {

constexpr std::array kTypes{torch::kFloat32, torch::kBFloat16, torch::kFloat16};

struct Step {
  torch::Tensor q, k, v, keys, values, past;
  RopeTable table;
};

/// q, k and v as parts of one product; a cache that is part of a larger one.
Step make_step(torch::ScalarType type, std::int64_t heads, std::int64_t kv_heads, std::int64_t size) {
  const auto options = torch::TensorOptions(type);
  const torch::Tensor all = torch::randn({3, heads + 2 * kv_heads, size}, options);
  const torch::Tensor place = torch::tensor({0.0, 17.0, 900.0});
  const torch::Tensor caches = torch::randn({2, 5, kv_heads, 9, size}, options);
  return {.q = all.narrow(1, 0, heads),
          .k = all.narrow(1, heads, kv_heads),
          .v = all.narrow(1, heads + kv_heads, kv_heads),
          .keys = caches[0].narrow(0, 1, 3),
          .values = caches[1].narrow(0, 2, 3),
          .past = torch::tensor({0, 8, 3}, torch::kInt64),
          .table = make_rope_table(place, place, size, 10000.0)};
}

TEST(RopeStore, EqualsTorchsOperations) {
  torch::manual_seed(1);
  for (const torch::ScalarType type : kTypes) {
    for (const std::int64_t size : {4, 10, 64, 80, 128, 256}) {
      for (const bool float_table : {true, false}) {
        const Step step = make_step(type, 6, 2, size);
        const torch::Tensor keys = step.keys.clone(), values = step.values.clone();
        const torch::Tensor k = apply_rope(step.k, step.table);
        for (std::int64_t b = 0; b < 3; ++b) {
          const auto row = step.past[b].item<std::int64_t>();
          keys[b].select(1, row).copy_(k[b]);
          values[b].select(1, row).copy_(step.v[b]);
        }
        const auto table_type = float_table ? torch::kFloat32 : type;
        const torch::Tensor q =
            cuda::rope_store(step.q, step.k, step.v, step.table.cos_TE.to(table_type),
                             step.table.sin_TE.to(table_type), step.keys, step.values, step.past);
        EXPECT_TRUE(torch::equal(q, apply_rope(step.q, step.table))) << type << " " << size;
        EXPECT_TRUE(torch::equal(step.keys, keys)) << type << " " << size;
        EXPECT_TRUE(torch::equal(step.values, values)) << type << " " << size;
      }
    }
  }
}

TEST(RopeStore, ARowOutsideOfTheCacheIsNotWritten) {
  const Step step = make_step(torch::kFloat32, 4, 2, 16);
  const torch::Tensor keys = step.keys.clone(), values = step.values.clone();
  const torch::Tensor past = torch::tensor({-1, 9, 1000000}, torch::kInt64);
  cuda::rope_store(step.q, step.k, step.v, step.table.cos_TE, step.table.sin_TE, step.keys, step.values,
                   past);
  EXPECT_TRUE(torch::equal(step.keys, keys));
  EXPECT_TRUE(torch::equal(step.values, values));
}

TEST(RopeStore, ShapesThatDoNotFitAreNamed) {
  const Step step = make_step(torch::kFloat32, 4, 2, 16);
  const auto message = [&](const torch::Tensor& k, const torch::Tensor& past) -> std::string {
    try {
      cuda::rope_store(step.q, k, step.v, step.table.cos_TE, step.table.sin_TE, step.keys, step.values, past);
    } catch (const c10::Error& error) {
      return error.what_without_backtrace();
    }
    return {};
  };
  EXPECT_EQ(message(step.q, step.past),
            "pixelsail::rope_store: k has sizes [3, 4, 16] in place of [3, 2, 16] (-1: any)");
  EXPECT_EQ(message(step.k, step.past.to(torch::kInt32)),
            "pixelsail::rope_store: past is no contiguous int64");
}

TEST(SiluProduct, IsThatOfTorch) {
  torch::manual_seed(2);
  for (const torch::ScalarType type : kTypes) {
    for (const std::int64_t columns : {1, 8, 77, 1000}) {
      // Halves of one product, as a layer may have them.
      const torch::Tensor both = torch::randn({5, 2 * columns}, torch::TensorOptions(type)) * 4;
      const torch::Tensor gate = both.narrow(1, 0, columns), up = both.narrow(1, columns, columns);
      const torch::Tensor wanted = at::silu(gate) * up;
      const torch::Tensor got = cuda::silu_product(gate, up);
      // exp() may differ in its last bit, and with it the rounding of silu and of the product.
      const double step = type == torch::kFloat32 ? 1e-6 : type == torch::kBFloat16 ? 0x1p-7 : 0x1p-10;
      EXPECT_TRUE(torch::allclose(got.to(torch::kFloat64), wanted.to(torch::kFloat64), step, 1e-7))
          << type << " " << columns;
      EXPECT_GE((got == wanted).sum().item<std::int64_t>(),
                wanted.numel() * (type == torch::kFloat32 ? 4 : 9) / 10)
          << type << " " << columns;
    }
  }
}

TEST(SiluProduct, OtherShapesAndLargeValues) {
  const torch::Tensor gate = torch::tensor({-200.0, -90.0, 0.0, 90.0, 200.0, 3.0}).view({1, 2, 3});
  const torch::Tensor wanted = at::silu(gate) * 2;
  EXPECT_TRUE(torch::allclose(cuda::silu_product(gate, torch::full_like(gate, 2)), wanted, 1e-6, 1e-30));
  EXPECT_EQ(cuda::silu_product(torch::empty({0, 4}), torch::empty({0, 4})).numel(), 0);
  EXPECT_THROW(cuda::silu_product(torch::empty({2, 4}), torch::empty({2, 5})), c10::Error);
}

}  // namespace
}  // namespace pixelsail
