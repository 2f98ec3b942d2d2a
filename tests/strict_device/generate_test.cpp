// Answers and masks on the strict device and on the CPU.

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <algorithm>

#include "../unit/model/tiny_model.h"
#include "device.h"
#include "infer/generate.h"
#include "learner.h"

namespace pixelsail::strict {
namespace {

using testing_support::random_sample;
using testing_support::relative_difference;

constexpr double kForwardLimit = 3e-5;

/// Two questions of different length about one picture, one about another, and one without any.
std::vector<SequenceInput> questions(const ModelConfig& config) {
  Rng rng(5);
  std::vector<SequenceInput> prompts{random_sample(config, rng, 0, 3, 4, 9)};
  // Prompts of the picture in its text, which pooled ones are put in place of.
  prompts[0].prompt_of_patch[1] = 1;
  prompts[0].ids[prompts[0].ids.size() - 3] = config.token_id("<Prompt1>");
  SequenceInput shorter = prompts[0];
  for (auto* values : {&shorter.ids, &shorter.row_position, &shorter.column_position})
    values->resize(values->size() - 4);
  prompts.push_back(shorter);
  prompts.push_back(random_sample(config, rng, 0, 2, 3, 6));
  prompts.push_back(random_sample(config, rng, 5, 0, 0, 4));
  return prompts;
}

torch::Tensor masks_of(PixelSail& model, const Generated& generated, const SequenceInput& prompt) {
  const torch::InferenceMode inference;
  const torch::Tensor& hidden_LC = generated.hidden_LC;
  return model->predict_masks(
      hidden_LC.slice(0, hidden_LC.size(0) - 3),
      patch_states(hidden_LC, prompt.first_patch, prompt.grid_h, prompt.grid_w, prompt.row_stride),
      prompt.grid_h, prompt.grid_w);
}

void expect_same_masks(const torch::Tensor& device_NHW, const torch::Tensor& cpu_NHW, double limit) {
  EXPECT_LE(relative_difference(device_NHW.cpu(), cpu_NHW), limit);
  constexpr std::int64_t kHeight = 50, kWidth = 70;
  const torch::Tensor device_full = resize_mask_logits(device_NHW, kHeight, kWidth).cpu(),
                      cpu_full = resize_mask_logits(cpu_NHW, kHeight, kWidth);
  const torch::Tensor differs = (device_full > 0) != (cpu_full > 0),
                      sure = cpu_full.abs() > std::max(1e-4, limit * cpu_full.abs().max().item<double>());
  EXPECT_FALSE((differs & sure).any().item<bool>());
}

void expect_same_answers(const ModelConfig& config, const WeightOptions& options, double limit) {
  WeightOptions here = options;
  here.device = device();
  PixelSail on_cpu(config, options), on_device(config, here);
  on_cpu->initialize(1);
  on_device->initialize(1);
  const std::vector<SequenceInput> prompts = questions(config);
  ASSERT_TRUE(same_prefix(prompts[0], prompts[1]));
  const GenerateOptions generation{.max_new_tokens = 6, .keep_logits = true};
  const std::vector<Generated> expected = generate(*on_cpu, prompts, generation);
  const std::vector<Generated> found = generate(*on_device, prompts, generation);
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    EXPECT_EQ(found[i].ids, expected[i].ids) << i;
    EXPECT_LE(relative_difference(found[i].hidden_LC.cpu(), expected[i].hidden_LC), limit) << i;
    EXPECT_LE(relative_difference(found[i].step_logits.cpu(), expected[i].step_logits), limit) << i;
    if (prompts[i].grid_h > 0)
      expect_same_masks(masks_of(on_device, found[i], prompts[i]), masks_of(on_cpu, expected[i], prompts[i]),
                        limit);
  }
}

class Answers : public testing::TestWithParam<Family> {};

TEST_P(Answers, AreTheSame) {
  expect_same_answers(GetParam().config, {}, kForwardLimit);
}

/// The CPU's kernels round the other factor of such products to 16 bits.
TEST_P(Answers, AreTheSameOfInt8AndInt4) {
  constexpr double kLimit = 1e-3;
  expect_same_answers(GetParam().config, {.quantization = Quantization::kInt8}, kLimit);
  expect_same_answers(GetParam().config, {.quantization = Quantization::kInt4}, kLimit);
}

TEST_P(Answers, InBfloat16AreNearFloat32) {
  const ModelConfig& config = GetParam().config;
  const std::vector<SequenceInput> prompts = questions(config);
  const GenerateOptions generation{.max_new_tokens = 6};
  for (const Quantization quantization : {Quantization::kNone, Quantization::kInt8, Quantization::kInt4}) {
    PixelSail exact(config, WeightOptions{.quantization = quantization});
    PixelSail rounded(
        config, WeightOptions{.dtype = torch::kBFloat16, .device = device(), .quantization = quantization});
    exact->initialize(1);
    rounded->initialize(1);
    const std::vector<Generated> expected = generate(*exact, prompts, generation);
    const std::vector<Generated> found = generate(*rounded, prompts, generation);
    for (std::size_t i = 0; i < prompts.size(); ++i) {
      // Of the prompt: tokens may differ.
      const auto length = static_cast<std::int64_t>(prompts[i].ids.size());
      const auto prompt_states = [length](const Generated& generated) {
        return generated.hidden_LC.slice(0, 0, length).cpu().to(torch::kFloat32);
      };
      EXPECT_LT(relative_norm(prompt_states(found[i]), prompt_states(expected[i])), 3e-2)
          << quantization_name(quantization) << " " << i;
      EXPECT_EQ(found[i].ids.size(), 6U);
      if (prompts[i].grid_h > 0) {
        EXPECT_TRUE(masks_of(rounded, found[i], prompts[i]).cpu().isfinite().all().item<bool>());
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Families, Answers, testing::ValuesIn(families()),
                         [](const auto& instance) { return instance.param.name; });

TEST(AnswersWithAnAdapter, AreTheSame) {
  const ModelConfig config = family("sail");
  const std::vector<SequenceInput> prompts = questions(config);
  std::vector<std::vector<Generated>> answers;
  for (const torch::Device where : {torch::Device(torch::kCPU), device()}) {
    PixelSail model(config, WeightOptions{.device = where});
    model->initialize(1);
    const Adapter adapter(*model, {.rank = 2}, 3);
    {
      const torch::NoGradGuard no_grad;
      for (auto& [name, tensor] : adapter.tensors()) tensor.add_(0.01);
    }
    adapter.attach(*model);
    answers.push_back(generate(*model, prompts, {.max_new_tokens = 6}));
  }
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    EXPECT_EQ(answers[1][i].ids, answers[0][i].ids) << i;
    EXPECT_LE(relative_difference(answers[1][i].hidden_LC.cpu(), answers[0][i].hidden_LC), kForwardLimit)
        << i;
  }
}

}  // namespace
}  // namespace pixelsail::strict
