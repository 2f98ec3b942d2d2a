// The plug-in's operators as torch calls them: registered under a device that nobody has here, against torch's own
// operations, and, where there are a GPU and the plug-in, on it.

#include <gtest/gtest.h>
#include <torch/library.h>
#include <torch/torch.h>

#include "model/cuda_library.h"
#include "model/cuda_plugin.h"
#include "model/device_kernels.h"
#include "model/fused_ops.h"
#include "model/quantized_weight.h"
#include "operators.h"

namespace pixelsail {
namespace {

/// torch keeps what it was first told about GPUs, and other tests ask it.
class FindGpusFirst : public testing::Environment {
  void SetUp() override { load_cuda(); }
};
const testing::Environment* const kFindGpusFirst = testing::AddGlobalTestEnvironment(new FindGpusFirst);

// As cuda/plugin.cpp does: a signature that does not fit the schema or torch's own way throws here.
TORCH_LIBRARY_IMPL(pixelsail, XPU, m) {
  m.impl("rope_store", TORCH_FN(cuda::rope_store));
  m.impl("decode_attention", TORCH_FN(cuda::decode_attention));
  m.impl("silu_product", TORCH_FN(cuda::silu_product));
  m.impl("int8_product", TORCH_FN(cuda::int8_product));
  m.impl("int4_product", TORCH_FN(cuda::int4_product));
}

/// The operator as registered above, on tensors of the CPU.
template <class Signature, class... Arguments>
torch::Tensor by_kernel(const char* name, Arguments&&... arguments) {
  return c10::Dispatcher::singleton().findSchemaOrThrow(name, "").typed<Signature>().redispatch(
      c10::DispatchKeySet(c10::DispatchKey::XPU), std::forward<Arguments>(arguments)...);
}

/// Inputs of a decoded token for three sequences.
struct Token {
  explicit Token(std::int64_t size, torch::ScalarType type, torch::Device device = torch::kCPU) {
    auto generator = torch::make_generator<torch::CPUGeneratorImpl>(7);
    const auto random = [&](at::IntArrayRef sizes) {
      return torch::randn(sizes, generator).to(device, type);
    };
    q = random({3, 6, size});
    k = random({3, 2, size});
    v = random({3, 2, size});
    keys = random({3, 2, 100, size});
    values = random({3, 2, 100, size});
    past = torch::tensor({0, 70, 33}, torch::kInt64).to(device);
    const torch::Tensor place = torch::tensor({0.0, 70.0, 33.0});
    rope = make_rope_table(place, place, size, 10000.0);
    rope = {rope.cos_TE.to(device), rope.sin_TE.to(device)};
  }
  torch::Tensor q, k, v, keys, values, past;
  RopeTable rope;
};

void expect_near(const torch::Tensor& got, const torch::Tensor& expected) {
  const double limit = got.scalar_type() == torch::kBFloat16 ? 0x1p-6 : 1e-5;
  const torch::Tensor a = got.to(torch::kCPU, torch::kFloat64), b = expected.to(torch::kCPU, torch::kFloat64);
  EXPECT_LE((a - b).abs().max().item<double>(), limit * b.abs().max().item<double>());
}

TEST(Operators, AgreeWithTorchsOwnWay) {
  for (const torch::ScalarType type : {torch::kFloat32, torch::kBFloat16}) {
    Token plain(64, type), ours(64, type);
    const torch::Tensor q =
        rope_store(plain.q, plain.k, plain.v, plain.rope, plain.keys, plain.values, plain.past);
    const torch::Tensor rotated = by_kernel<decltype(cuda::rope_store)>(
        "pixelsail::rope_store", ours.q, ours.k, ours.v, ours.rope.cos_TE, ours.rope.sin_TE, ours.keys,
        ours.values, ours.past);
    EXPECT_TRUE(torch::equal(rotated, q));
    EXPECT_TRUE(torch::equal(ours.keys, plain.keys));
    EXPECT_TRUE(torch::equal(ours.values, plain.values));
    expect_near(by_kernel<decltype(cuda::decode_attention)>("pixelsail::decode_attention", q, ours.keys,
                                                            ours.values, ours.past, 71),
                decode_attention(q, plain.keys, plain.values, plain.past, 71));
    expect_near(by_kernel<decltype(cuda::silu_product)>("pixelsail::silu_product", ours.k, ours.v),
                fused_silu_product(plain.k, plain.v));
    for (const Quantization quantization : {Quantization::kInt8, Quantization::kInt4}) {
      QuantizedWeight weight(20, 48, quantization, torch::kCPU);
      weight.set_rows(0, torch::randn({20, 48}));
      const torch::Tensor x = plain.q.flatten().narrow(0, 0, 96).view({2, 48});
      const torch::Tensor y =
          quantization == Quantization::kInt8
              ? by_kernel<decltype(cuda::int8_product)>("pixelsail::int8_product", x, weight.data,
                                                        weight.scales, std::nullopt)
              : by_kernel<decltype(cuda::int4_product)>("pixelsail::int4_product", x, weight.data,
                                                        weight.scales, std::nullopt, 48);
      expect_near(y, at::linear(x, weight.dequantized(type)));
    }
  }
}

TEST(Operators, WhatAKernelDoesNotTakeGoesTorchsWay) {
  for (const auto& [size, type] : {std::pair(4L, torch::kFloat32), std::pair(12L, torch::kBFloat16),
                                   std::pair(264L, torch::kFloat32), std::pair(16L, torch::kFloat64)}) {
    Token plain(size, type), ours(size, type);
    const torch::Tensor q =
        rope_store(plain.q, plain.k, plain.v, plain.rope, plain.keys, plain.values, plain.past);
    const torch::Tensor rotated = cuda::rope_store(ours.q, ours.k, ours.v, ours.rope.cos_TE, ours.rope.sin_TE,
                                                   ours.keys, ours.values, ours.past);
    EXPECT_TRUE(torch::equal(rotated, q));
    EXPECT_TRUE(torch::equal(ours.keys, plain.keys));
    EXPECT_TRUE(torch::equal(cuda::decode_attention(q, ours.keys, ours.values, ours.past, 71),
                             decode_attention(q, plain.keys, plain.values, plain.past, 71)));
  }
  const torch::Tensor x = torch::randn({2, 5}, torch::kFloat64);
  EXPECT_TRUE(torch::equal(cuda::silu_product(x, x), fused_silu_product(x, x)));
}

TEST(Operators, OnAGpuTheyAgreeWithTheCpu) {
  if (load_cuda().devices == 0) GTEST_SKIP() << "no usable GPU";
  if (!cuda_plugin().usable()) GTEST_SKIP() << describe(cuda_plugin());
  const torch::Device gpu(torch::kCUDA, 0);
  EXPECT_TRUE(has_kernel("pixelsail::decode_attention", gpu));
  for (const torch::ScalarType type : {torch::kFloat32, torch::kBFloat16, torch::kFloat16}) {
    for (const std::int64_t size : {8, 64, 128, 256}) {
      Token here(size, type), there(size, type, gpu);
      const auto step = [](const Token& t) {
        const torch::Tensor q = rope_store(t.q, t.k, t.v, t.rope, t.keys, t.values, t.past);
        return decode_attention(q, t.keys, t.values, t.past, 71);
      };
      const torch::Tensor expected = step(here), got = step(there);
      expect_near(got, expected);
      expect_near(there.keys, here.keys);
      expect_near(fused_silu_product(there.k, there.v), fused_silu_product(here.k, here.v));
      torch::Tensor again = torch::zeros_like(got);
      const CudaGraph graph(cuda_plugin(), 0, [&] { again.copy_(step(there)); });
      again.zero_();
      graph.replay();
      EXPECT_TRUE(torch::equal(again.cpu(), got.cpu())) << "a captured step";
      for (const Quantization quantization : {Quantization::kInt8, Quantization::kInt4}) {
        QuantizedWeight weight(50, 100, quantization, torch::kCPU);
        weight.set_rows(0, torch::randn({50, 100}));
        QuantizedWeight moved = weight;
        moved.data = weight.data.to(gpu);
        moved.scales = weight.scales.to(gpu);
        for (const std::int64_t rows : {1, 2, 3, 8, 40}) {
          const torch::Tensor x = torch::randn({rows, 100}, torch::TensorOptions(type));
          expect_near(moved.multiply(x.to(gpu), {}), at::linear(x, weight.dequantized(type)));
        }
      }
    }
  }
}

}  // namespace
}  // namespace pixelsail
