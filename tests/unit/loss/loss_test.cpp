// Losses against sums written out by hand, and rules that the published cases do not reach.

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cmath>
#include <set>
#include <vector>

#include "loss/language.h"
#include "loss/mask_loss.h"
#include "loss/objective.h"
#include "loss/points.h"

namespace pixelsail {
namespace {

ModelConfig tiny_config() {
  ModelConfig config;
  config.vocab_size = 40;
  config.hidden_size = 16;
  config.intermediate_size = 16;
  config.num_hidden_layers = 1;
  config.num_attention_heads = 2;
  config.num_key_value_heads = 1;
  config.vision_patch_size = 4;
  config.mask_stride = 2;
  config.seg_hidden_states = 8;
  config.special_token_ids["[SEG]"] = 20;
  for (int k = 0; k < 15; ++k) config.special_token_ids["<Prompt" + std::to_string(k) + ">"] = 21 + k;
  return config;
}

/// Text only: `scored` of 6 tokens are scored.
SequenceInput text_sample(std::int64_t first_id) {
  SequenceInput sample;
  for (std::int64_t i = 0; i < 6; ++i) {
    sample.ids.push_back(first_id + i);
    sample.row_position.push_back(i);
    sample.column_position.push_back(i);
  }
  return sample;
}

TEST(MaskLoss, FollowsTheWrittenFormulas) {
  const torch::Tensor logits = torch::tensor({{0.5F, -1.0F, 2.0F}, {0.0F, 0.3F, -0.2F}});
  const torch::Tensor labels = torch::tensor({{1.0F, 0.0F, 0.25F}, {0.0F, 1.0F, 1.0F}});
  double bce = 0, dice = 0;
  for (int n = 0; n < 2; ++n) {
    double overlap = 0, p_sum = 0, t_sum = 0;
    for (int i = 0; i < 3; ++i) {
      const double x = logits[n][i].item<double>(), t = labels[n][i].item<double>(),
                   p = 1 / (1 + std::exp(-x));
      bce -= t * std::log(p) + (1 - t) * std::log(1 - p);
      overlap += p * t;
      p_sum += p;
      t_sum += t;
    }
    dice += 1 - (2 * overlap + 1) / (p_sum + t_sum + 1);
  }
  const double e = std::pow(2.0, -23);
  EXPECT_NEAR(point_bce_loss(logits, labels, 2).item<double>(), bce / (3 + 1e-4 + e) / (2 + 1e-4), 1e-6);
  EXPECT_NEAR(point_dice_loss(logits, labels, 2).item<double>(), dice / (1 + 1e-4 + e) / (2 + 1e-4), 1e-6);
}

torch::Tensor seeds(const std::vector<std::int64_t>& values) {
  return torch::tensor(values, torch::kInt64);
}

TEST(Points, AreAFunctionOfTheSeed) {
  const torch::Tensor logits = torch::randn({2, 9, 7});
  const auto draw = [&](std::int64_t a, std::int64_t b) {
    return select_points(logits, 50, 0.75, draw_point_noise(seeds({a, b}), 50, 3.0, 0.75));
  };
  EXPECT_TRUE(torch::equal(draw(1, 2), draw(1, 2)));
  EXPECT_FALSE(torch::equal(draw(1, 2), draw(2, 1)));
  EXPECT_EQ(draw(1, 2).sizes(), (at::IntArrayRef{2, 50, 2}));
}

/// A mask has the same points in any company, and its own.
TEST(Points, OfAMaskDoNotDependOnOthers) {
  const PointNoise three = draw_point_noise(seeds({7, -8, 9}), 40, 3.0, 0.75),
                   alone = draw_point_noise(seeds({-8}), 40, 3.0, 0.75);
  EXPECT_EQ(three.oversampled_NQ2.sizes(), (at::IntArrayRef{3, 120, 2}));
  EXPECT_EQ(three.uniform_NR2.sizes(), (at::IntArrayRef{3, 10, 2}));
  EXPECT_TRUE(torch::equal(three.of(1, 1).oversampled_NQ2, alone.oversampled_NQ2));
  EXPECT_TRUE(torch::equal(three.of(1, 1).uniform_NR2, alone.uniform_NR2));
  EXPECT_FALSE(torch::equal(three.of(0, 1).uniform_NR2, three.of(2, 1).uniform_NR2));
  std::set<std::int64_t> found;
  for (const std::uint64_t sample : {0, 1, 2}) {
    for (const std::int64_t mask : {0, 1, 2}) found.insert(point_seed(sample, mask));
  }
  EXPECT_EQ(found.size(), 9U);
}

/// Numbers in [0, 1), evenly spread over the square, neighbours and streams of neighbouring masks unrelated.
TEST(Points, AreEvenlySpread) {
  constexpr std::int64_t kMasks = 8, kPoints = 12544, kCells = 16;
  std::vector<std::int64_t> of_masks;
  for (std::int64_t mask = 0; mask < kMasks; ++mask) of_masks.push_back(point_seed(5, mask));
  const torch::Tensor all =
      draw_point_noise(seeds(of_masks), kPoints, 3.0, 0.75).oversampled_NQ2.to(torch::kFloat64);
  EXPECT_GE(all.min().item<double>(), 0.0);
  EXPECT_LT(all.max().item<double>(), 1.0);
  const torch::Tensor cell = (all * kCells).to(torch::kInt64);
  const double expected = static_cast<double>(3 * kPoints) / (kCells * kCells);
  constexpr double kFreedom = kCells * kCells - 1, kSigmas = 5;
  for (std::int64_t mask = 0; mask < kMasks; ++mask) {
    const torch::Tensor counts =
        (cell[mask].select(1, 0) * kCells + cell[mask].select(1, 1)).bincount({}, kCells * kCells);
    const double chi_square = ((counts - expected).square() / expected).sum().item<double>();
    EXPECT_LT(std::abs(chi_square - kFreedom), kSigmas * std::sqrt(2 * kFreedom)) << mask;
  }
  const auto correlation = [](const torch::Tensor& a, const torch::Tensor& b) {
    return 12 * ((a - 0.5) * (b - 0.5)).mean().item<double>();
  };
  const double noise = kSigmas / std::sqrt(static_cast<double>(3 * kPoints));
  EXPECT_LT(std::abs(correlation(all[0], all[1])), noise);
  EXPECT_LT(std::abs(correlation(all[0].narrow(0, 1, 3 * kPoints - 1), all[0].narrow(0, 0, 3 * kPoints - 1))),
            noise);
  EXPECT_LT(std::abs(correlation(all[0].select(1, 0), all[0].select(1, 1))), noise);
}

TEST(Language, MixedMicroBatchWeighsSamplesAndDividesByAllTokens) {
  PixelSail model(tiny_config());
  model->initialize(1);
  LossConfig config;
  Objective objective(model->config, config);
  SequenceInput with_image = text_sample(1);
  with_image.ids = {1, 2, 2, 20, 4, 5};
  with_image.image_end = 3;
  with_image.first_patch = 1;
  with_image.grid_h = 1;
  with_image.grid_w = 2;
  with_image.patches_VK = torch::randn({2, 48});
  const std::vector<SequenceInput> samples{with_image, text_sample(7)};
  SampleTarget masked{.labels = {-100, -100, -100, -100, 4, 5}, .seg_positions = {3}};
  masked.masks_Nhw = torch::ones({1, 5, 9}, torch::kUInt8);
  const SampleTarget plain{.labels = {-100, 8, 9, 10, 11, 12}};
  const PackedInput packed = pack(samples, torch::kCPU);
  const torch::Tensor hidden = model->hidden_states(packed);
  const std::vector<SampleTarget> targets{masked, plain};
  const LossCounts counts = objective->counts(targets);
  const ObjectiveResult result = objective->forward(*model, packed, hidden, targets, counts);
  const torch::Tensor log_p = model->logits(hidden).log_softmax(1);
  double first = 0, second = 0;
  for (const auto& [row, id] : {std::pair{3, 4}, {4, 5}}) first -= log_p[row][id].item<double>();
  for (int i = 0; i < 5; ++i) second -= log_p[6 + i][8 + i].item<double>();
  EXPECT_EQ(counts.at("language"), 7);
  EXPECT_NEAR(result.values.at("language").item<double>(), (0.1 * first + 1.0 * second) / 7, 1e-5);
  EXPECT_NEAR(result.values.at("language_ce").item<double>(), (first + second) / 7, 1e-5);
  EXPECT_EQ(counts.at("mask"), 1);
}

TEST(Distillation, WeightsFollowTheNumberOfTeachers) {
  DistillConfig both{.mask2former_channels = 3, .sam2_channels = 3};
  EXPECT_EQ(both.weight_of_mask2former(), 0.5);
  EXPECT_EQ(both.weight_of_sam2(), 0.5);
  DistillConfig alone{.mask2former_channels = 3};
  EXPECT_EQ(alone.weight_of_mask2former(), 1.0);
  alone.mask2former_weight = 7;
  EXPECT_EQ(alone.weight_of_mask2former(), 7.0);
}

}  // namespace
}  // namespace pixelsail
