#include "model/kv_cache.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

namespace pixelsail {
namespace {

TEST(KvCache, GrowsAndKeepsWhatItHolds) {
  KvCache cache(1, 2, 1, 2, 4, torch::kFloat32);
  const torch::Tensor first = torch::randn({2, 1, 4}), more = torch::randn({5, 1, 4});
  cache.write(0, 0, first, first);
  cache.advance(0, 2);
  cache.write(0, 0, more, more);
  cache.advance(0, 5);
  EXPECT_EQ(cache.length(0), 7);
  EXPECT_GE(cache.capacity(), 7);
  EXPECT_TRUE(torch::equal(cache.keys(0, 0, 7), torch::cat({first, more}).transpose(0, 1)));
}

TEST(KvCache, SelectRepeatsDropsAndReorders) {
  KvCache cache(1, 3, 1, 4, 2, torch::kFloat32);
  for (std::int64_t b = 0; b < 3; ++b) {
    const torch::Tensor value = torch::full({b + 1, 1, 2}, static_cast<double>(b));
    cache.write(0, b, value, value);
    cache.advance(b, b + 1);
  }
  cache.select({2, 0, 2});
  EXPECT_EQ(cache.batch(), 3);
  EXPECT_EQ(cache.length(0), 3);
  EXPECT_EQ(cache.length(1), 1);
  EXPECT_EQ(cache.keys(0, 2, 3).max().item<double>(), 2.0);
  cache.select({1});
  EXPECT_EQ(cache.batch(), 1);
  EXPECT_EQ(cache.keys(0, 0, 1).abs().max().item<double>(), 0.0);
}

}  // namespace
}  // namespace pixelsail
