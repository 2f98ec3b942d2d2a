// Decoding with pooled prompts in two phases against one pass over prompt and answer.

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "../model/tiny_model.h"
#include "infer/generate.h"

namespace pixelsail {
namespace {

using testing_support::family_config;
using testing_support::random_sample;
using testing_support::relative_difference;

class PooledGenerate : public testing::TestWithParam<Backbone> {
 protected:
  PooledGenerate() {
    model_->initialize(3);
    // Answers that name the prompts on the image.
    const torch::NoGradGuard no_grad;
    for (const char* token : {"<Prompt0>", "<Prompt1>", "<Prompt2>"})
      model_->single_transformer->lm_head->weight[config_.token_id(token)] *= 8;
  }

  static ModelConfig make_config() {
    ModelConfig config = family_config(GetParam());
    config.prompt_injection = PromptInjection::kPooled;
    config.tie_word_embeddings = false;
    return config;
  }

  SequenceInput prompted_sample(std::int64_t h, std::int64_t w) {
    SequenceInput sample = random_sample(config_, rng_, 1, h, w, 6);
    sample.ids[static_cast<std::size_t>(sample.image_end) + 2] = config_.token_id("<Prompt1>");
    for (std::size_t i = 0; i < sample.prompt_of_patch.size(); ++i)
      sample.prompt_of_patch[i] = i % 4 == 3 ? -2 : static_cast<std::int64_t>(i % 4);
    return sample;
  }

  ModelConfig config_ = make_config();
  PixelSail model_{config_};
  Rng rng_{7};
};

INSTANTIATE_TEST_SUITE_P(Families, PooledGenerate,
                         testing::Values(Backbone::kSail, Backbone::kSolo, Backbone::kEve),
                         [](const auto& instance) { return std::string(name_of(instance.param)); });

TEST_P(PooledGenerate, EqualsOnePassOverPromptAndAnswer) {
  std::vector<SequenceInput> prompts{prompted_sample(3, 4), prompted_sample(2, 2),
                                     random_sample(config_, rng_, 0, 0, 0, 4)};
  // The same image with the same prompts, and with others: the first two share what is read once.
  prompts.push_back(prompts[0]);
  prompts.back().ids.back() ^= 1;
  prompts.push_back(prompts[0]);
  std::ranges::replace(prompts.back().prompt_of_patch, 1, -2);
  EXPECT_TRUE(same_prefix(prompts[0], prompts[3]));
  EXPECT_FALSE(same_prefix(prompts[0], prompts[4]));
  const std::vector<Generated> generated = generate(*model_, prompts, {.max_new_tokens = 12});
  const torch::NoGradGuard no_grad;
  std::int64_t named = 0;
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    SequenceInput whole = prompts[i];
    std::int64_t position = 1 + std::max(*std::ranges::max_element(whole.row_position),
                                         *std::ranges::max_element(whole.column_position));
    for (std::size_t n = 0; n + 1 < generated[i].ids.size(); ++n, ++position) {
      whole.ids.push_back(generated[i].ids[n]);
      whole.row_position.push_back(position);
      whole.column_position.push_back(position);
      const bool image = !whole.prompt_of_patch.empty();
      named += image && std::ranges::count(whole.prompt_of_patch,
                                           whole.ids.back() - config_.token_id("<Prompt0>")) > 0
                   ? 1
                   : 0;
    }
    const torch::Tensor states = model_->hidden_states(pack(std::span(&whole, 1), torch::kCPU));
    ASSERT_GE(generated[i].hidden_LC.size(0), states.size(0));
    EXPECT_LE(relative_difference(generated[i].hidden_LC.slice(0, 0, states.size(0)), states), 3e-5) << i;
    const torch::Tensor next = model_->logits(states.slice(0, -1)).argmax(1);
    EXPECT_EQ(next.item<std::int64_t>(), generated[i].ids.back()) << i;
  }
  EXPECT_GT(named, 0) << "no answer named a prompt that covers something";
}

}  // namespace
}  // namespace pixelsail
