// Texts of every length behind an image: kernels of attention differ in what lengths they get right.

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "../unit/model/tiny_model.h"
#include "device.h"
#include "infer/generate.h"
#include "learner.h"

namespace pixelsail::strict {
namespace {

using testing_support::random_sample;
using testing_support::relative_difference;

constexpr std::int64_t kLongest = 64;
constexpr double kExact = 1e-4, kRounded = 3e-2;

/// Heads of the published size, shared by groups of query heads.
ModelConfig config_of(const std::string& name) {
  ModelConfig config = family(name);
  config.head_dim = 64;
  return config;
}

/// One picture with 1, 2, ... 64 tokens behind it.
std::vector<SequenceInput> samples_of(const ModelConfig& config) {
  std::vector<SequenceInput> samples;
  for (std::int64_t length = 1; length <= kLongest; ++length) {
    Rng rng(static_cast<std::uint64_t>(length));
    samples.push_back(random_sample(config, rng, 0, 3, 4, length));
  }
  return samples;
}

torch::Tensor states_of(PixelSail& model, std::span<const SequenceInput> samples) {
  const torch::InferenceMode inference;
  return model->hidden_states(pack(samples, model->device())).cpu().to(torch::kFloat32);
}

class Lengths : public testing::TestWithParam<const char*> {
 protected:
  Lengths()
      : config_(config_of(GetParam())),
        samples_(samples_of(config_)),
        cpu_(config_),
        exact_(config_, WeightOptions{.device = device()}),
        rounded_(config_, WeightOptions{.dtype = torch::kBFloat16, .device = device()}) {
    for (PixelSail* model : {&cpu_, &exact_, &rounded_}) (*model)->initialize(1);
  }

  ModelConfig config_;
  std::vector<SequenceInput> samples_;
  PixelSail cpu_, exact_, rounded_;
};

TEST_P(Lengths, EachAloneIsAsOnTheCpu) {
  for (const SequenceInput& sample : samples_) {
    const std::span<const SequenceInput> one(&sample, 1);
    const torch::Tensor expected = states_of(cpu_, one);
    EXPECT_LE(relative_difference(states_of(exact_, one), expected), kExact) << sample.ids.size();
    EXPECT_LE(relative_norm(states_of(rounded_, one), expected), kRounded) << sample.ids.size();
  }
}

TEST_P(Lengths, PackedTogetherTheyAreAsAlone) {
  std::vector<torch::Tensor> expected;
  for (const SequenceInput& sample : samples_) expected.push_back(states_of(cpu_, std::span(&sample, 1)));
  const torch::Tensor exact = states_of(exact_, samples_), rounded = states_of(rounded_, samples_);
  std::int64_t offset = 0;
  for (const torch::Tensor& each : expected) {
    const std::int64_t length = each.size(0);
    EXPECT_LE(relative_difference(exact.narrow(0, offset, length), each), kExact) << length;
    EXPECT_LE(relative_norm(rounded.narrow(0, offset, length), each), kRounded) << length;
    offset += length;
  }
}

/// The text is read behind keys and values of the image, then a token behind both.
TEST_P(Lengths, BehindACacheTheyAreAsOnTheCpu) {
  const GenerateOptions generation{.max_new_tokens = 2, .keep_logits = true};
  for (const SequenceInput& sample : samples_) {
    const auto length = static_cast<std::int64_t>(sample.ids.size());
    const auto read = [&](PixelSail& model) {
      return generate(*model, std::span(&sample, 1), generation).front();
    };
    const Generated expected = read(cpu_), exact = read(exact_), rounded = read(rounded_);
    EXPECT_EQ(exact.ids, expected.ids) << length;
    EXPECT_LE(relative_difference(exact.step_logits.cpu(), expected.step_logits), kExact) << length;
    // Of the prompt: a rounded model may choose another token.
    const auto prompt = [&](const Generated& one) {
      return one.hidden_LC.slice(0, 0, length).cpu().to(torch::kFloat32);
    };
    EXPECT_LE(relative_norm(prompt(rounded), prompt(expected)), kRounded) << length;
  }
}

INSTANTIATE_TEST_SUITE_P(Families, Lengths, testing::Values("sail", "solo"),
                         [](const auto& instance) { return std::string(instance.param); });

}  // namespace
}  // namespace pixelsail::strict
