// Attention in half precision: all samples in one or two launches, and the numbers of the plain way.

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <map>
#include <tuple>

#include "device.h"
#include "infer/generate.h"
#include "learner.h"
#include "model/attention.h"

namespace pixelsail::strict {
namespace {

struct Layout {
  std::int64_t before, image, after;
};

std::vector<Segment> segments_of(const std::vector<Layout>& layouts) {
  std::vector<Segment> segments;
  std::int64_t total = 0;
  for (const Layout& layout : layouts) {
    const std::int64_t length = layout.before + layout.image + layout.after;
    segments.push_back({.offset = total,
                        .length = length,
                        .image_begin = layout.before,
                        .image_end = layout.before + layout.image});
    total += length;
  }
  return segments;
}

/// Output and gradients of q, k and v, of attention whose operands are rounded to `type` on `where`.
std::vector<torch::Tensor> attended(const std::vector<Layout>& layouts, std::int64_t heads,
                                    std::int64_t kv_heads, std::int64_t size, bool image_sees_itself,
                                    torch::Device where, torch::ScalarType type) {
  const std::vector<Segment> segments = segments_of(layouts);
  const std::int64_t total = segments.back().offset + segments.back().length;
  auto generator = torch::make_generator<torch::CPUGeneratorImpl>(3);
  const auto leaf = [&](std::int64_t n) {
    // The same values in every type.
    return torch::randn({total, n, size}, generator).to(torch::kBFloat16).to(type).to(where).requires_grad_();
  };
  const torch::Tensor q = leaf(heads), k = leaf(kv_heads), v = leaf(kv_heads);
  const auto plan = std::make_shared<const AttentionPlan>(
      segments, nullptr,
      AttentionOptions{
          .device = where, .type = type, .head_size = size, .image_sees_itself = image_sees_itself});
  EXPECT_EQ(plan->flash() != nullptr, flash_fits(where, type, size));
  const torch::Tensor out = attend(q, k, v, plan, nullptr, 0);
  const torch::Tensor weight = torch::randn({total, heads * size}, generator).to(where).to(type);
  std::vector<torch::Tensor> results{out.detach()};
  for (const torch::Tensor& gradient : torch::autograd::grad({(out * weight).sum()}, {q, k, v}))
    results.push_back(gradient);
  for (torch::Tensor& result : results) result = result.cpu().to(torch::kFloat32);
  return results;
}

TEST(Flash, EqualsThePlainWayWithGradients) {
  constexpr double kRounded = 1e-2;
  const std::vector<std::vector<Layout>> packs{
      {{3, 12, 7}},
      {{0, 12, 7}},
      {{3, 12, 0}},
      {{9, 0, 0}},
      {{3, 12, 7}, {0, 6, 1}},
      {{5, 0, 0}, {1, 1, 1}},
      {{2, 20, 33}, {7, 0, 0}, {4, 9, 1}},
  };
  for (const auto& layouts : packs) {
    for (const auto& [heads, kv_heads, size] : {std::tuple{4, 2, 16}, {3, 1, 64}, {2, 2, 8}}) {
      for (const bool sees : {true, false}) {
        const auto exact = attended(layouts, heads, kv_heads, size, sees, torch::kCPU, torch::kFloat32);
        const auto found = attended(layouts, heads, kv_heads, size, sees, device(), torch::kBFloat16);
        for (std::size_t i = 0; i < exact.size(); ++i)
          EXPECT_LT(relative_norm(found[i], exact[i]), kRounded)
              << i << " of " << layouts.size() << " samples";
      }
    }
  }
}

TEST(Flash, LaunchesDoNotGrowWithTheSamples) {
  if (!is_strict()) GTEST_SKIP() << "not the strict device";
  std::map<std::size_t, Counts> needed;
  for (const std::size_t samples : {1U, 2U, 8U}) {
    const std::vector<Layout> layouts(samples, Layout{3, 12, 7});
    const std::vector<Segment> segments = segments_of(layouts);
    const std::int64_t total = segments.back().offset + segments.back().length;
    const auto options = torch::TensorOptions(torch::kBFloat16).device(device());
    const torch::Tensor q = torch::ones({total, 4, 16}, options).requires_grad_(),
                        k = torch::ones({total, 2, 16}, options).requires_grad_(),
                        v = torch::ones({total, 2, 16}, options).requires_grad_();
    const Counts before = counts();
    const auto plan = std::make_shared<const AttentionPlan>(
        segments, nullptr, AttentionOptions{.device = device(), .type = torch::kBFloat16, .head_size = 16});
    EXPECT_EQ((counts() - before).to_device, 1) << samples;
    const torch::Tensor out = attend(q, k, v, plan, nullptr, 0);
    torch::autograd::grad({out.sum()}, {q, k, v});
    needed[samples] = counts() - before;
  }
  EXPECT_EQ(needed[2].launches, needed[1].launches);
  EXPECT_EQ(needed[8].launches, needed[1].launches);
}

TEST(Flash, TypesAndHeadsWithoutKernelsTakeThePlainWay) {
  EXPECT_FALSE(flash_fits(torch::kCPU, torch::kBFloat16, 64));
  EXPECT_FALSE(flash_fits(device(), torch::kFloat32, 64));
  EXPECT_FALSE(flash_fits(device(), torch::kBFloat16, 12));
  EXPECT_FALSE(flash_fits(device(), torch::kBFloat16, 264));
  if (is_strict()) {
    EXPECT_TRUE(flash_fits(device(), torch::kBFloat16, 64));
  }
}

}  // namespace
}  // namespace pixelsail::strict
