// Recomputed layers give the gradients of kept ones.

#include "model/recompute.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "model/adapter.h"
#include "tiny_model.h"

namespace pixelsail {
namespace {

using testing_support::random_sample;
using testing_support::relative_difference;

struct Gradients {
  torch::Tensor states;
  std::vector<torch::Tensor> values;
};

Gradients run(PixelSail& model, const std::vector<torch::Tensor>& wanted, const SequenceInput& sample,
              bool recompute) {
  model->single_transformer->model->recompute = recompute;
  PackedInput packed = pack(std::span(&sample, 1), torch::kCPU);
  packed.dropout_seed = 11;
  const torch::Tensor states = model->hidden_states(packed);
  const torch::Tensor weight = torch::linspace(-1, 1, states.numel()).view(states.sizes());
  return {states.detach(), torch::autograd::grad({(states * weight).sum()}, wanted, {}, std::nullopt, false,
                                                 /*allow_unused=*/true)};
}

void expect_same(const Gradients& a, const Gradients& b) {
  EXPECT_TRUE(torch::equal(a.states, b.states));
  ASSERT_EQ(a.values.size(), b.values.size());
  for (std::size_t i = 0; i < a.values.size(); ++i) {
    ASSERT_EQ(a.values[i].defined(), b.values[i].defined()) << i;
    if (a.values[i].defined()) {
      EXPECT_LE(relative_difference(a.values[i], b.values[i]), 1e-6) << i;
    }
  }
}

class Recompute : public testing::TestWithParam<Backbone> {};

TEST_P(Recompute, GivesTheSameGradients) {
  const ModelConfig config = testing_support::family_config(GetParam());
  PixelSail model(config);
  model->initialize(3);
  Rng rng(2);
  const SequenceInput sample = random_sample(config, rng, 2, 3, 4, 6);
  const std::vector<torch::Tensor> parameters = model->single_transformer->model->parameters();
  expect_same(run(model, parameters, sample, false), run(model, parameters, sample, true));
}

TEST_P(Recompute, ReachesAnAdapterOnAFrozenModel) {
  const ModelConfig config = testing_support::family_config(GetParam());
  PixelSail model(config);
  model->initialize(3);
  for (const torch::Tensor& parameter : model->parameters()) parameter.requires_grad_(false);
  const Adapter adapter(*model, {.rank = 2, .alpha = 4, .dropout = 0.2, .targets = {"o_proj", "up_proj"}}, 1);
  adapter.attach(*model);
  Rng rng(2);
  const SequenceInput sample = random_sample(config, rng, 2, 3, 4, 6);
  std::vector<torch::Tensor> wanted;
  for (const auto& [name, tensor] : adapter.tensors()) wanted.push_back(tensor);
  {
    const torch::NoGradGuard no_grad;
    for (const auto& [name, layer] : adapter.layers()) layer->b_OR.fill_(0.1);
  }
  const Gradients kept = run(model, wanted, sample, false);
  expect_same(kept, run(model, wanted, sample, true));
  EXPECT_GT(kept.values[0].abs().max().item<double>(), 0);
}

INSTANTIATE_TEST_SUITE_P(Families, Recompute,
                         testing::Values(Backbone::kSail, Backbone::kSolo, Backbone::kEve),
                         [](const auto& instance) { return std::string(name_of(instance.param)); });

}  // namespace
}  // namespace pixelsail
