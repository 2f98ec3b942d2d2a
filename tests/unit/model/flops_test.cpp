#include "model/flops.h"

#include <gtest/gtest.h>

#include "model/device_peak.h"
#include "model/memory_use.h"
#include "tiny_model.h"

namespace pixelsail {
namespace {

using testing_support::random_sample;
using testing_support::tiny_config;

double of(const ModelConfig& config, std::int64_t h, std::int64_t w, std::int64_t text, std::int64_t scored) {
  Rng rng(1);
  return forward_flops(config, random_sample(config, rng, 0, h, w, text), scored);
}

/// C 32, I 48, 4 heads of 8 with 2 for keys, 2 layers, 64 words; counted by hand.
TEST(Flops, OfATextAreTwoForEachWeightAndFourForEachPairOfChannels) {
  const ModelConfig config = tiny_config();
  const double weights = 2 * (32 * 32 + 32 + 2 * (16 * 32 + 16) + 32 * 32 + 3 * 32 * 48 + 2 * 32);
  const double pairs = 10 * 11 / 2;
  EXPECT_DOUBLE_EQ(of(config, 0, 0, 10, 0), 2 * weights * 10 + 4 * pairs * 32 * 2);
  EXPECT_DOUBLE_EQ(of(config, 0, 0, 10, 3) - of(config, 0, 0, 10, 0), 2.0 * 3 * 32 * 64);
}

TEST(Flops, OfAnImageThatSeesItselfAreAllPairsOfIt) {
  const ModelConfig sail = tiny_config();
  ModelConfig causal = testing_support::family_config(Backbone::kSolo);
  causal.attention_bias = true;
  // <vision>, patches and </vision>; the other family has a token behind each row of patches.
  const double image = 2 + 12, pairs = image * (image - 1) / 2;
  const double tokens = image + 5, other = 1 + 12 + 3 + 5;
  const double layers = (of(sail, 0, 0, 1, 0) - 4 * 32 * 2);
  const double expected =
      layers * (tokens - other) + 4 * 32 * 2 * (pairs + tokens * (tokens + 1) / 2 - other * (other + 1) / 2);
  EXPECT_NEAR(of(sail, 3, 4, 5, 0) - of(causal, 3, 4, 5, 0), expected, 1);
}

TEST(DevicePeak, GpusAreFoundByTheirNames) {
  const auto tflops = [](const char* name) { return known_peak(name).value_or(DevicePeak{}).tflops; };
  EXPECT_EQ(tflops("NVIDIA H100 80GB HBM3"), 989.4);
  EXPECT_EQ(tflops("NVIDIA H100 PCIe"), 756);
  EXPECT_EQ(tflops("NVIDIA H200"), 989.4);
  EXPECT_EQ(tflops("NVIDIA H20"), 148);
  EXPECT_EQ(tflops("NVIDIA A100-SXM4-40GB"), 311.8);
  EXPECT_EQ(tflops("NVIDIA A10"), 125);
  EXPECT_EQ(tflops("NVIDIA L4"), 121);
  EXPECT_EQ(tflops("NVIDIA GeForce RTX 4090"), 165.2);
  EXPECT_EQ(known_peak("NVIDIA A100-SXM4-40GB")->gb_s, 1555);
  EXPECT_EQ(known_peak("NVIDIA A100-SXM4-80GB")->gb_s, 2039);
  for (const char* unknown : {"Fake GPU 0", "NVIDIA T1000", "", "NVIDIA A1000 Laptop GPU"})
    EXPECT_FALSE(known_peak(unknown)) << unknown;
  EXPECT_EQ(peak_of(torch::kCPU).tflops, 0);
}

TEST(MemoryUse, OfTheCpuIsThatOfTheProcess) {
  const MemoryUse before = memory_use(torch::kCPU);
  EXPECT_GT(before.now, 1 << 20);
  constexpr std::int64_t kBytes = 64 << 20;
  const torch::Tensor held = torch::ones({kBytes / 4});
  const MemoryUse after = memory_use(torch::kCPU);
  EXPECT_GE(after.now, before.now + kBytes / 2);
  EXPECT_GE(after.peak, after.now / 2);
  EXPECT_EQ(held.numel(), kBytes / 4);
}

}  // namespace
}  // namespace pixelsail
