// The plain baseline of the paper: pooled prompts, and masks at the grid of patches.

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "pixelsail/error.h"
#include "tiny_model.h"

namespace pixelsail {
namespace {

using testing_support::family_config;
using testing_support::random_sample;
using testing_support::relative_difference;

ModelConfig plain_config(Backbone backbone) {
  ModelConfig config = family_config(backbone);
  config.prompt_injection = PromptInjection::kPooled;
  config.mask_stride = config.vision_patch_size;
  return config;
}

class PlainModel : public testing::TestWithParam<Backbone> {
 protected:
  PlainModel() { model_->initialize(3); }

  std::int64_t prompt(std::int64_t k) const {
    return config_.prompt_token_ids()[static_cast<std::size_t>(k)];
  }

  /// Text behind an image whose patches 1 and 2 lie under prompt 0 and patch 5 under prompt 1; 2 covers none.
  SequenceInput prompted_sample() {
    SequenceInput sample = random_sample(config_, rng_, 2, 3, 4, 8);
    std::fill(sample.prompt_of_patch.begin(), sample.prompt_of_patch.end(), -2);
    sample.prompt_of_patch[1] = sample.prompt_of_patch[2] = 0;
    sample.prompt_of_patch[5] = 1;
    const auto end = static_cast<std::size_t>(sample.image_end);
    sample.ids[0] = prompt(1);
    sample.ids[end + 1] = prompt(1);
    sample.ids[end + 3] = prompt(0);
    sample.ids[end + 4] = prompt(2);
    sample.ids[end + 6] = prompt(0);
    return sample;
  }

  torch::Tensor embed(const SequenceInput& sample) {
    return transformer().embed(pack(std::span(&sample, 1), torch::kCPU));
  }
  torch::Tensor states(const SequenceInput& sample) {
    return model_->hidden_states(pack(std::span(&sample, 1), torch::kCPU));
  }
  TransformerImpl& transformer() { return *model_->single_transformer->model; }

  ModelConfig config_ = plain_config(GetParam());
  PixelSail model_{config_};
  Rng rng_{5};
};

INSTANTIATE_TEST_SUITE_P(Families, PlainModel,
                         testing::Values(Backbone::kSail, Backbone::kSolo, Backbone::kEve),
                         [](const auto& instance) { return std::string(name_of(instance.param)); });

TEST_P(PlainModel, PromptTokensGetTheMeanOfTheirPatches) {
  const torch::NoGradGuard no_grad;
  const SequenceInput sample = prompted_sample();
  SequenceInput unprompted = sample;
  unprompted.prompt_of_patch.clear();
  const torch::Tensor without = embed(unprompted), with = embed(sample);
  // Patches one by one: the weights' rows by hand, or what stands in the sequence for them.
  const auto patch_vector = [&](std::int64_t i) {
    if (transformer().vis_embed) return torch::mv(transformer().vis_embed->weight, sample.patches_VK[i]);
    return without[sample.first_patch + i / 4 * sample.row_stride + i % 4];
  };
  const auto projected = [&](const torch::Tensor& mean_C) {
    return transformer().vp_embed ? torch::mv(transformer().vp_embed->weight, mean_C) : mean_C;
  };
  const torch::Tensor first = projected((patch_vector(1) + patch_vector(2)) / 2);
  const torch::Tensor second = projected(patch_vector(5));
  torch::Tensor expected = without.clone();
  expected[0] += second;
  expected[sample.image_end + 1] += second;
  expected[sample.image_end + 3] += first;
  expected[sample.image_end + 6] += first;
  EXPECT_LE(relative_difference(with, expected), 1e-6);
  const torch::Tensor changed = (with != without).any(1);
  EXPECT_EQ(changed.sum().item<std::int64_t>(), 4);
}

TEST_P(PlainModel, DiffersFromInjectionIntoPatches) {
  const torch::NoGradGuard no_grad;
  ModelConfig other = config_;
  other.prompt_injection = PromptInjection::kPatches;
  PixelSail injected(other);
  injected->initialize(3);
  const SequenceInput sample = prompted_sample();
  const torch::Tensor theirs =
      injected->single_transformer->model->embed(pack(std::span(&sample, 1), torch::kCPU));
  const torch::Tensor changed = (embed(sample) != theirs).any(1);
  EXPECT_EQ(changed.sum().item<std::int64_t>(), 4 + 3);  // four tokens of the text, three patches
}

TEST_P(PlainModel, SamplesOfABatchDoNotMix) {
  const torch::NoGradGuard no_grad;
  std::vector<SequenceInput> samples{random_sample(config_, rng_, 0, 0, 0, 5), prompted_sample(),
                                     prompted_sample(), prompted_sample()};
  samples[0].ids[2] = prompt(0);  // no image
  std::swap(samples[2].prompt_of_patch[1], samples[2].prompt_of_patch[7]);
  samples[3].prompt_of_patch.clear();
  const PackedInput packed = pack(samples, torch::kCPU);
  const torch::Tensor batch = model_->hidden_states(packed);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const Segment& segment = packed.segments[i];
    EXPECT_LE(relative_difference(batch.narrow(0, segment.offset, segment.length), states(samples[i])), 3e-5)
        << i;
  }
}

TEST_P(PlainModel, TextBehindACachedImageKnowsItsPatches) {
  const torch::NoGradGuard no_grad;
  const std::vector<SequenceInput> samples{prompted_sample(), random_sample(config_, rng_, 0, 2, 2, 3),
                                           prompted_sample()};
  std::vector<SequenceInput> images, texts;
  for (const SequenceInput& sample : samples) {
    const auto end = sample.image_end;
    SequenceInput image = sample, text;
    for (auto part : {&SequenceInput::ids, &SequenceInput::row_position, &SequenceInput::column_position}) {
      (image.*part).resize(static_cast<std::size_t>(end));
      (text.*part).assign((sample.*part).begin() + end, (sample.*part).end());
    }
    text.earlier_patches_VK = sample.patches_VK;
    text.earlier_prompt_of_patch = sample.prompt_of_patch;
    images.push_back(image);
    texts.push_back(text);
  }
  KvCache cache(config_.num_hidden_layers, 3, config_.num_key_value_heads, 40, config_.head_size(),
                torch::kFloat32);
  model_->hidden_states(pack(images, torch::kCPU), &cache);
  const PackedInput packed = pack(texts, torch::kCPU);
  const torch::Tensor behind = model_->hidden_states(packed, &cache);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const Segment& segment = packed.segments[i];
    EXPECT_LE(relative_difference(behind.narrow(0, segment.offset, segment.length),
                                  states(samples[i]).slice(0, samples[i].image_end)),
              3e-5)
        << i;
  }
}

TEST_P(PlainModel, GradientsReachPatchesAndProjection) {
  const SequenceInput sample = prompted_sample();
  const torch::Tensor weight = transformer().vision_tower
                                   ? transformer().vision_tower->patch_embedding->second->weight
                                   : transformer().vis_embed->weight;
  // Of one token of the text alone: what arrives came through the pooled prompt.
  embed(sample)[sample.image_end + 3].square().sum().backward();
  EXPECT_GT(weight.grad().abs().max().item<double>(), 0);
  if (!transformer().vp_embed) return;
  EXPECT_GT(transformer().vp_embed->weight.grad().abs().max().item<double>(), 0);
}

TEST_P(PlainModel, MasksAreAtTheGridOfPatches) {
  const torch::NoGradGuard no_grad;
  EXPECT_EQ(model_->upsample_blocks->size(), 0U);
  const torch::Tensor states_VC = torch::randn({12, config_.hidden_size});
  const torch::Tensor seg_NC = torch::randn({2, config_.hidden_size});
  const torch::Tensor masks = model_->predict_masks(seg_NC, states_VC, 3, 4);
  EXPECT_EQ(masks.sizes(), (at::IntArrayRef{2, 3, 4}));
  const torch::Tensor plain =
      PixelSailImpl::mask_logits(model_->seg_embeddings(seg_NC), model_->mask_features(states_VC, 3, 4));
  EXPECT_LE(relative_difference(masks, plain), 1e-6);
}

TEST_P(PlainModel, WhatDoesNotFitIsRefused) {
  const torch::NoGradGuard no_grad;
  SequenceInput sample = prompted_sample();
  sample.prompt_of_patch[0] = config_.visual_prompt_nums;
  EXPECT_THROW(embed(sample), RunError);
  sample = prompted_sample();
  sample.earlier_patches_VK = sample.patches_VK;
  sample.earlier_prompt_of_patch = sample.prompt_of_patch;
  EXPECT_THROW(embed(sample), RunError);  // two images
  SequenceInput text = random_sample(config_, rng_, 3, 0, 0, 0);
  text.earlier_prompt_of_patch = {0, 1};
  EXPECT_THROW(embed(text), RunError);  // no patches
  text.earlier_patches_VK = sample.patches_VK;
  EXPECT_THROW(embed(text), RunError);  // not as many
}

}  // namespace
}  // namespace pixelsail
