// A packed batch and each of its samples alone; a prompt read at once and in pieces through the cache.

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "pixelsail/error.h"
#include "tiny_model.h"

namespace pixelsail {
namespace {

using testing_support::random_sample;
using testing_support::relative_difference;
using testing_support::tiny_config;

SequenceInput piece_of(const SequenceInput& sample, std::int64_t begin, std::int64_t end) {
  const auto cut = [&](const std::vector<std::int64_t>& values) {
    return std::vector<std::int64_t>(values.begin() + begin, values.begin() + end);
  };
  SequenceInput piece{.ids = cut(sample.ids),
                      .row_position = cut(sample.row_position),
                      .column_position = cut(sample.column_position)};
  if (begin == 0) {
    piece.image_begin = sample.image_begin;
    piece.image_end = sample.image_end;
    piece.first_patch = sample.first_patch;
    piece.grid_h = sample.grid_h;
    piece.grid_w = sample.grid_w;
    piece.row_stride = sample.row_stride;
    piece.patches_VK = sample.patches_VK;
    piece.prompt_of_patch = sample.prompt_of_patch;
  }
  return piece;
}

class PackedModel : public testing::Test {
 protected:
  explicit PackedModel(const ModelConfig& config = tiny_config()) : model_(config) { model_->initialize(3); }
  torch::NoGradGuard no_grad_;
  PixelSail model_;
  Rng rng_{5};
};

class PackedFamily : public PackedModel, public testing::WithParamInterface<Backbone> {
 protected:
  PackedFamily() : PackedModel(testing_support::family_config(GetParam())) {}
};

INSTANTIATE_TEST_SUITE_P(Families, PackedFamily,
                         testing::Values(Backbone::kSail, Backbone::kSolo, Backbone::kEve),
                         [](const auto& instance) { return std::string(name_of(instance.param)); });

TEST_P(PackedFamily, BatchEqualsSingleSamples) {
  std::vector<SequenceInput> samples;
  for (const auto& [h, w, text] : {std::tuple{3, 4, 9}, {2, 2, 3}, {0, 0, 12}, {5, 1, 1}}) {
    samples.push_back(random_sample(model_->config, rng_, 0, h, w, text));
  }
  const PackedInput packed = pack(samples, torch::kCPU);
  const torch::Tensor batch = model_->hidden_states(packed);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const torch::Tensor single = model_->hidden_states(pack(std::span(&samples[i], 1), torch::kCPU));
    const Segment& segment = packed.segments[i];
    EXPECT_LE(relative_difference(batch.narrow(0, segment.offset, segment.length), single), 3e-5) << i;
  }
}

TEST_P(PackedFamily, CacheInPiecesEqualsOnePass) {
  const std::vector<SequenceInput> samples{random_sample(model_->config, rng_, 0, 3, 4, 10),
                                           random_sample(model_->config, rng_, 0, 2, 5, 7)};
  KvCache cache(model_->config.num_hidden_layers, 2, model_->config.num_key_value_heads, 4,
                model_->config.head_size(), torch::kFloat32);
  std::vector<std::vector<torch::Tensor>> states(2);
  const auto read = [&](const std::vector<SequenceInput>& pieces) {
    const PackedInput packed = pack(pieces, torch::kCPU);
    const torch::Tensor hidden = model_->hidden_states(packed, &cache);
    for (std::size_t i = 0; i < 2; ++i) {
      states[i].push_back(hidden.narrow(0, packed.segments[i].offset, packed.segments[i].length));
    }
  };
  const std::int64_t a = samples[0].image_end, b = samples[1].image_end;
  read({piece_of(samples[0], 0, a), piece_of(samples[1], 0, b)});          // the images
  read({piece_of(samples[0], a, a + 6), piece_of(samples[1], b, b + 3)});  // some text
  for (std::int64_t step = 0; step < 4; ++step) {                          // token by token, unequal lengths
    read(
        {piece_of(samples[0], a + 6 + step, a + 7 + step), piece_of(samples[1], b + 3 + step, b + 4 + step)});
  }
  for (std::size_t i = 0; i < 2; ++i) {
    const torch::Tensor whole = model_->hidden_states(pack(std::span(&samples[i], 1), torch::kCPU));
    EXPECT_LE(relative_difference(torch::cat(states[i]), whole.slice(0, 0, torch::cat(states[i]).size(0))),
              3e-5)
        << i;
  }
}

TEST_P(PackedFamily, PatchStatesAreThoseOfThePatchTokens) {
  const SequenceInput sample = random_sample(model_->config, rng_, 2, 3, 4, 5);
  const PackedInput packed = pack(std::span(&sample, 1), torch::kCPU);
  const torch::Tensor states = model_->hidden_states(packed);
  const Segment& segment = packed.segments[0];
  EXPECT_TRUE(torch::equal(patch_states(states, segment.first_patch, 3, 4, segment.row_stride),
                           states.index_select(0, packed.patch_token_V)));
}

TEST_P(PackedFamily, TextIsCausalAndAnImageAsItsFamilySays) {
  SequenceInput sample = random_sample(model_->config, rng_, 2, 3, 4, 5);
  const auto states = [&] { return model_->hidden_states(pack(std::span(&sample, 1), torch::kCPU)).clone(); };
  const torch::Tensor before = states();
  const auto changed_from = [&](const torch::Tensor& after) {
    return (after != before).any(1).nonzero().min().item<std::int64_t>();
  };
  const torch::Tensor patches = sample.patches_VK;
  sample.patches_VK = patches.clone();
  sample.patches_VK[7].add_(1.0);  // second row, last column
  const bool both_ways = model_->config.traits().image_sees_itself;
  EXPECT_EQ(changed_from(states()),
            both_ways ? sample.image_begin : sample.first_patch + sample.row_stride + 3);
  sample.patches_VK = patches;
  sample.ids.back() ^= 1;
  EXPECT_EQ(changed_from(states()), static_cast<std::int64_t>(sample.ids.size()) - 1);
}

TEST_F(PackedModel, PatchesWithoutPromptAddNothing) {
  SequenceInput sample = random_sample(model_->config, rng_, 0, 3, 3, 2);
  std::fill(sample.prompt_of_patch.begin(), sample.prompt_of_patch.end(), -2);
  const torch::Tensor without =
      model_->single_transformer->model->embed(pack(std::span(&sample, 1), torch::kCPU));
  sample.prompt_of_patch[4] = 2;
  const torch::Tensor with =
      model_->single_transformer->model->embed(pack(std::span(&sample, 1), torch::kCPU));
  const torch::Tensor changed = (with != without).any(1);
  EXPECT_EQ(changed.sum().item<std::int64_t>(), 1);
  EXPECT_TRUE(changed[sample.first_patch + 4].item<bool>());
}

TEST_F(PackedModel, SameSeedSameWeights) {
  PixelSail other(tiny_config());
  other->initialize(3);
  for (const auto& item : model_->named_parameters()) {
    EXPECT_TRUE(torch::equal(item.value(), other->named_parameters()[item.key()])) << item.key();
  }
  other->initialize(4);
  EXPECT_FALSE(torch::equal(model_->single_transformer->model->vis_embed->weight,
                            other->single_transformer->model->vis_embed->weight));
}

TEST_F(PackedModel, ASampleWhosePartsDisagreeIsRefused) {
  SequenceInput sample = random_sample(model_->config, rng_, 0, 2, 2, 3);
  sample.row_position.pop_back();
  EXPECT_THROW(pack(std::span(&sample, 1), torch::kCPU), RunError);
}

}  // namespace
}  // namespace pixelsail
