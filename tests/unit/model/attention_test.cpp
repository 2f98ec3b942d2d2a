// Legend: L tokens, H query heads, G key/value heads, d head size.

#include "model/attention.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cmath>
#include <limits>

#include "tiny_model.h"

namespace pixelsail {
namespace {

/// Gradients of a sample of one token are zero up to rounding: the scale is at least the tenth of a typical
/// value.
double largest_difference(const torch::Tensor& a, const torch::Tensor& b) {
  return (a - b).abs().max().item<double>() / std::max(b.abs().max().item<double>(), 0.1);
}

/// The definition: softmax over a dense L x L mask, causal except that the image block sees itself.
torch::Tensor masked_reference(const torch::Tensor& q_LHd, const torch::Tensor& k_LGd,
                               const torch::Tensor& v_LGd, std::int64_t image_begin, std::int64_t image_end) {
  const std::int64_t length = q_LHd.size(0), group = q_LHd.size(1) / k_LGd.size(1);
  torch::Tensor allowed_LL = torch::ones({length, length}, torch::kBool).tril();
  allowed_LL.slice(0, image_begin, image_end).slice(1, image_begin, image_end).fill_(true);
  const torch::Tensor k_LHd = k_LGd.repeat_interleave(group, 1), v_LHd = v_LGd.repeat_interleave(group, 1);
  const torch::Tensor scores_HLL = torch::einsum("qhd,khd->hqk", {q_LHd, k_LHd}) / std::sqrt(q_LHd.size(2));
  const torch::Tensor weights_HLL =
      scores_HLL.masked_fill(allowed_LL.logical_not(), -std::numeric_limits<float>::infinity()).softmax(-1);
  return torch::einsum("hqk,khd->qhd", {weights_HLL, v_LHd}).reshape({length, -1});
}

struct Layout {
  std::int64_t before, image, after;
  std::int64_t length() const { return before + image + after; }
};

Layout random_layout(Rng& rng) {
  // Every piece is absent in some layouts; a sample has at least one token.
  const Layout layout{rng.below(3) == 0 ? rng.between(1, 6) : 0, rng.below(4) == 0 ? 0 : rng.between(2, 40),
                      rng.below(4) == 0 ? 0 : rng.between(1, 30)};
  return layout.length() > 0 ? layout : Layout{1, 0, 0};
}

TEST(Attention, PiecesEqualTheMaskedReferenceOnRandomLayouts) {
  Rng rng(11);
  torch::manual_seed(11);
  constexpr int kLayouts = 1000;
  int done = 0, packs = 0;
  double worst = 0, worst_gradient = 0;
  while (done < kLayouts) {
    // Packs of one to four samples, so that offsets are exercised too.
    std::vector<Layout> layouts;
    for (auto n = rng.between(1, 4); n > 0; --n) layouts.push_back(random_layout(rng));
    const std::int64_t kv_heads = rng.between(1, 3), heads = kv_heads * rng.between(1, 3),
                       size = 4 * rng.between(1, 6);
    std::vector<Segment> segments;
    std::int64_t total = 0;
    for (const Layout& layout : layouts) {
      segments.push_back({.offset = total,
                          .length = layout.length(),
                          .image_begin = layout.before,
                          .image_end = layout.before + layout.image});
      total += layout.length();
    }
    const auto leaf = [&](std::int64_t n) { return torch::randn({total, n, size}).requires_grad_(); };
    const torch::Tensor q = leaf(heads), k = leaf(kv_heads), v = leaf(kv_heads);
    // Every other pack in small pieces, the others in fused ones.
    const auto plan = std::make_shared<const AttentionPlan>(
        segments, nullptr,
        AttentionOptions{.small_scores = packs++ % 2 == 0 ? AttentionOptions::kSmallScores : 0});
    const torch::Tensor fused = attend(q, k, v, plan, nullptr, 0);
    std::vector<torch::Tensor> parts;
    for (const Segment& s : segments) {
      parts.push_back(masked_reference(q.narrow(0, s.offset, s.length), k.narrow(0, s.offset, s.length),
                                       v.narrow(0, s.offset, s.length), s.image_begin, s.image_end));
    }
    const torch::Tensor reference = torch::cat(parts);
    worst = std::max(worst, largest_difference(fused, reference));
    const torch::Tensor weight = torch::randn_like(reference);
    const auto fused_gradients = torch::autograd::grad({(fused * weight).sum()}, {q, k, v});
    const auto reference_gradients = torch::autograd::grad({(reference * weight).sum()}, {q, k, v});
    for (std::size_t i = 0; i < 3; ++i) {
      worst_gradient =
          std::max(worst_gradient, largest_difference(fused_gradients[i], reference_gradients[i]));
    }
    done += static_cast<int>(layouts.size());
  }
  EXPECT_LE(worst, 3e-5);
  EXPECT_LE(worst_gradient, 1e-4);
  RecordProperty("worst_forward", std::to_string(worst));
  RecordProperty("worst_gradient", std::to_string(worst_gradient));
}

TEST(Attention, LargeImagesInInferenceEqualTheReferenceToo) {
  torch::manual_seed(5);
  const torch::InferenceMode inference;
  for (const auto& [before, image, after] : {std::tuple{0, 200, 7}, {3, 777, 1}, {0, 64, 0}}) {
    const std::int64_t length = before + image + after;
    const std::vector<Segment> segments{
        {.offset = 0, .length = length, .image_begin = before, .image_end = before + image}};
    const torch::Tensor q = torch::randn({length, 6, 20}), k = torch::randn({length, 2, 20}),
                        v = torch::randn({length, 2, 20});
    const auto plan = std::make_shared<const AttentionPlan>(segments, nullptr, AttentionOptions{});
    EXPECT_LE(largest_difference(attend(q, k, v, plan, nullptr, 0),
                                 masked_reference(q, k, v, before, before + image)),
              3e-5);
    KvCache cache(1, 1, 2, 16, 20, torch::kFloat32);
    const auto cached = std::make_shared<const AttentionPlan>(segments, &cache, AttentionOptions{});
    EXPECT_LE(largest_difference(attend(q, k, v, cached, &cache, 0),
                                 masked_reference(q, k, v, before, before + image)),
              3e-5);
  }
}

TEST(Attention, SpansHoldNoDenseMask) {
  const std::vector<Segment> segments{{.offset = 0, .length = 120, .image_begin = 0, .image_end = 100}};
  const AttentionPlan plan(segments, nullptr, AttentionOptions{});
  for (const auto& span : plan.segments()[0].spans) {
    if (span.mask.defined()) {
      EXPECT_EQ(span.mask.size(0), 20);  // text rows only
    }
  }
}

}  // namespace
}  // namespace pixelsail
