// Weights in bfloat16 whose float32 originals an optimizer trains.

#include "train/master_weights.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cmath>
#include <limits>
#include <memory>
#include <stdexcept>

#include "distributed/local_group.h"
#include "model/adapter.h"
#include "step_fixture.h"
#include "train/guards.h"
#include "train/parameters.h"

namespace pixelsail {
namespace {

using namespace testing_support;

/// A model in training, with originals or, to compare with, with weights in float32.
class MasterLearner {
 public:
  MasterLearner(bool with_masters, const OptimizerConfig& settings, const ModelConfig& config = tiny_config(),
                ProcessGroup* group = nullptr)
      : fixture(config) {
    start(with_masters, settings, group);
  }
  /// The embedding is rounded before anything begins.
  MasterLearner(bool with_masters, const OptimizerConfig& settings, const ModelConfig& config,
                bool rounded_embedding)
      : fixture(config) {
    const torch::NoGradGuard no_grad;
    torch::Tensor table = fixture.model->single_transformer->model->embed_tokens->weight;
    if (rounded_embedding) table.copy_(table.to(torch::kBFloat16));
    start(with_masters, settings, nullptr);
  }

  /// What the optimizer trains, copied.
  std::vector<torch::Tensor> trained() {
    std::vector<torch::Tensor> values;
    const auto copy = [&] {
      for (const torch::Tensor& each : optimizer->parameters()) values.push_back(each.detach().clone());
    };
    masters ? masters->with_values(copy) : copy();
    return values;
  }

  StepFixture fixture;
  std::vector<std::string> names;
  std::unique_ptr<MasterWeights> masters;
  std::unique_ptr<Optimizer> optimizer;
  std::unique_ptr<TrainStep> step;

 private:
  void start(bool with_masters, const OptimizerConfig& config, ProcessGroup* group) {
    std::vector<GroupedParameter> all;
    for (const auto& [name, tensor] : fixture.parameters) {
      names.push_back(name);
      all.push_back({name, tensor, {.weight_decay = config.weight_decay}});
    }
    // Buffers of a few matrices each.
    if (with_masters) masters = std::make_unique<MasterWeights>(*fixture.model, all, /*bucket_bytes=*/20'000);
    optimizer = make_optimizer(std::move(all), config);
    step = std::make_unique<TrainStep>(
        *fixture.model, *fixture.objective, *optimizer,
        StepOptions{.bf16 = true, .seed = 9, .group = group, .masters = masters.get()});
  }
};

bool same_bits(const torch::Tensor& a, const torch::Tensor& b) {
  return torch::equal(a.view(torch::kInt32), b.view(torch::kInt32));
}

TEST(MasterWeights, AnyOriginalIsKeptToTheBitAndItsWeightIsTheNearest) {
  StepFixture fixture;
  Rng rng(3);
  std::vector<torch::Tensor> before;
  {
    const torch::NoGradGuard no_grad;
    const std::vector<float> special{0.0F,
                                     -0.0F,
                                     1e-45F,
                                     -1e-40F,
                                     1.00390625F,
                                     -1.01171875F,
                                     3.3e38F,
                                     std::numeric_limits<float>::infinity(),
                                     -std::numeric_limits<float>::infinity(),
                                     65535.5F};
    for (auto& [name, tensor] : named_tensors(*fixture.model)) {
      torch::Tensor bits = torch::empty({tensor.numel()}, torch::kInt32);
      for (std::int64_t i = 0; i < bits.numel(); ++i)
        bits.data_ptr<std::int32_t>()[i] = static_cast<std::int32_t>(rng.next_u64());
      torch::Tensor values = bits.view(torch::kFloat32);
      values.masked_fill_(values.isnan(), 0.5);
      values.slice(0, 0, 10).copy_(
          torch::tensor(special).slice(0, 0, std::min<std::int64_t>(10, values.numel())));
      tensor.copy_(values.view(tensor.sizes()));
      before.push_back(tensor.detach().clone());
    }
  }
  std::vector<GroupedParameter> all;
  for (auto& [name, tensor] : named_tensors(*fixture.model)) all.push_back({name, tensor, {}});
  MasterWeights masters(*fixture.model, all, /*bucket_bytes=*/20'000);
  for (int round = 0; round < 2; ++round) {
    masters.with_values([&] {
      for (std::size_t i = 0; i < all.size(); ++i) EXPECT_TRUE(same_bits(all[i].parameter, before[i])) << i;
    });
  }
  std::size_t matrices = 0;
  const NamedTensors now = named_tensors(*fixture.model);
  for (std::size_t i = 0; i < now.size(); ++i) {
    const auto& [name, weight] = now[i];
    EXPECT_EQ(weight.scalar_type(), weight.dim() >= 2 ? torch::kBFloat16 : torch::kFloat32) << name;
    if (weight.dim() < 2) continue;
    ++matrices;
    const torch::Tensor exact = before[i].to(torch::kFloat64);
    const auto away = [&](const torch::Tensor& rounded) {
      return (rounded.to(torch::kFloat64) - exact).abs().nan_to_num(0);
    };
    EXPECT_TRUE(away(weight.detach()).le(away(before[i].to(torch::kBFloat16))).all().item<bool>()) << name;
  }
  EXPECT_GT(matrices, 10U);
  // As a file in bfloat16, halves between two of them too: 1 + 2^-8 is one, and becomes 1.
  const auto kept = [&] {
    std::vector<torch::Tensor> values;
    for (const auto& [name, weight] : now) values.push_back(weight.detach().clone());
    return values;
  };
  const std::vector<torch::Tensor> working = kept();
  std::size_t apart = 0;
  masters.with_bfloat16_model([&] {
    for (std::size_t i = 0; i < now.size(); ++i) {
      const torch::Tensor weight = now[i].second.detach();
      EXPECT_TRUE(torch::equal(weight, before[i].to(torch::kBFloat16))) << now[i].first;
      apart += torch::equal(weight, working[i].to(torch::kBFloat16)) ? 0 : 1;
    }
  });
  EXPECT_GE(apart, matrices);
  const std::vector<torch::Tensor> after = kept();
  for (std::size_t i = 0; i < now.size(); ++i)
    EXPECT_TRUE(torch::equal(after[i], working[i])) << now[i].first;
}

struct MasterVariant {
  const char* name;
  Backbone backbone = Backbone::kSail;
  const char* optimizer = "adamw";
  int threads = 1;
  std::int64_t micro_batches = 1;
  bool recompute = false;
};

class MasterSteps : public testing::TestWithParam<MasterVariant> {};

/// Autocast rounds matrices at every pass as they are rounded here once; only the embedding is read elsewhere too. With
/// an embedding of bfloat16 values a step differs by the order of sums alone.
TEST_P(MasterSteps, AreThoseOfAutocast) {
  const MasterVariant& variant = GetParam();
  const ThreadsGuard guard(variant.threads);
  const ModelConfig config = family_config(variant.backbone);
  const OptimizerConfig optimizer{.kind = variant.optimizer, .weight_decay = 0.1, .clip_norm = 0.5};
  constexpr double kRate = 1e-3;
  MasterLearner rounded(true, optimizer, config, true), exact(false, optimizer, config, true);
  const std::vector<torch::Tensor> start = exact.trained();
  std::vector<StepResult> results;
  for (MasterLearner* learner : {&rounded, &exact}) {
    learner->fixture.model->single_transformer->model->recompute = variant.recompute;
    for (std::int64_t k = 0; k < variant.micro_batches; ++k)
      learner->step->accumulate(random_batch(config, 5 + static_cast<std::uint64_t>(k), false), 0, k,
                                variant.micro_batches);
    for (const auto& [name, tensor] : learner->fixture.parameters) {
      if (!tensor.grad().defined()) continue;
      EXPECT_EQ(tensor.grad().scalar_type(), torch::kFloat32) << name;
    }
    results.push_back(learner->step->finish(kRate));
  }
  EXPECT_NEAR(results[0].loss, results[1].loss, 1e-5 * results[1].loss);
  EXPECT_NEAR(results[0].grad_norm, results[1].grad_norm, 1e-3 * results[1].grad_norm);
  const std::vector<torch::Tensor> a = rounded.trained(), b = exact.trained();
  double apart = 0, moved = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    apart += (a[i] - b[i]).square().sum().item<double>();
    moved += (b[i] - start[i]).square().sum().item<double>();
  }
  // A first step of AdamW is as large for a gradient near zero as for any other.
  EXPECT_LT(std::sqrt(apart / moved), 0.1);
  // And the model goes on with them, rounded.
  for (std::size_t i = 0; i < a.size(); ++i) {
    const torch::Tensor& weight = rounded.fixture.parameters[i].second;
    EXPECT_TRUE(torch::allclose(weight.to(torch::kFloat32), a[i], 1.0 / 256, 0)) << rounded.names[i];
  }
}

INSTANTIATE_TEST_SUITE_P(All, MasterSteps,
                         testing::Values(MasterVariant{"sail"}, MasterVariant{"solo", Backbone::kSolo},
                                         MasterVariant{"eve", Backbone::kEve},
                                         MasterVariant{"muon", Backbone::kSail, "muon"},
                                         MasterVariant{"threads", Backbone::kSail, "adamw", 3},
                                         MasterVariant{"accumulated", Backbone::kSail, "muon", 1, 3},
                                         MasterVariant{"recomputed", Backbone::kSail, "adamw", 1, 1, true}),
                         [](const auto& instance) { return std::string(instance.param.name); });

/// With the embedding rounded too: many steps stay near those of autocast.
TEST(MasterWeights, ManyStepsAreNearThoseOfAutocast) {
  const ThreadsGuard guard(1);
  MasterLearner rounded(true, {}), exact(false, {});
  const std::vector<torch::Tensor> start = exact.trained();
  constexpr std::int64_t kManySteps = 20;
  for (std::int64_t s = 0; s < kManySteps; ++s) {
    std::vector<double> losses;
    for (MasterLearner* learner : {&rounded, &exact}) {
      learner->step->accumulate(random_batch(tiny_config(), static_cast<std::uint64_t>(s % 4), false), s, 0,
                                1);
      losses.push_back(learner->step->finish(1e-3).loss);
    }
    EXPECT_NEAR(losses[0], losses[1], 0.02 * losses[1]) << s;
  }
  const std::vector<torch::Tensor> a = rounded.trained(), b = exact.trained();
  double apart = 0, moved = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    apart += (a[i] - b[i]).square().sum().item<double>();
    moved += (b[i] - start[i]).square().sum().item<double>();
  }
  // The embedding's rounding turns the sign of gradients near zero, each of which is a whole step of AdamW: 0.54 here.
  EXPECT_LT(std::sqrt(apart / moved), 0.8);
}

/// A hundred steps that a bfloat16 would each round away.
TEST(MasterWeights, SmallStepsAddUp) {
  constexpr double kRate = 1e-6;
  constexpr int kManySteps = 100;
  MasterLearner learner(true, {.weight_decay = 0, .clip_norm = 0});
  const torch::Tensor table = learner.fixture.model->single_transformer->model->embed_tokens->weight;
  {
    const torch::NoGradGuard no_grad;
    learner.masters->with_originals_in_model([&] { table.fill_(0.02); });
  }
  const torch::Tensor before = table.detach().clone();
  ASSERT_TRUE(torch::equal(before - kRate, before)) << "a step that bfloat16 has no room for";
  for (int i = 0; i < kManySteps; ++i) {
    table.mutable_grad() = torch::ones(table.sizes());
    learner.masters->take_gradients();
    learner.masters->with_values([&] { learner.optimizer->step(kRate); });
  }
  table.mutable_grad().reset();
  learner.masters->drop_gradients();
  for (std::size_t i = 0; i < learner.names.size(); ++i) {
    if (learner.names[i].find("embed_tokens") == std::string::npos) continue;
    EXPECT_NEAR(learner.trained()[i].mean().item<double>(), 0.02 - kManySteps * kRate, 2e-7);
  }
  EXPECT_TRUE(table.detach().lt(before).all().item<bool>());
}

TEST(MasterWeights, WhatNothingWasAddedToStays) {
  const ThreadsGuard guard(1);
  MasterLearner learner(true, {.weight_decay = 0.1});
  const std::vector<torch::Tensor> before = learner.trained();
  const MicroBatch all = random_batch(tiny_config(), 5, false);
  learner.step->accumulate({{all.samples[3]}, {all.targets[3]}}, 0, 0, 1);  // text alone
  learner.step->finish(1e-2);
  const std::vector<torch::Tensor> after = learner.trained();
  for (std::size_t i = 0; i < after.size(); ++i) {
    const std::string& name = learner.names[i];
    if (name.starts_with("upsample_blocks.") || name.find("vis_embed") != std::string::npos) {
      EXPECT_TRUE(same_bits(after[i], before[i])) << name;
    } else if (name.ends_with("v_proj.weight")) {
      EXPECT_FALSE(torch::equal(after[i], before[i])) << name;
    }
  }
}

TEST(MasterWeights, AStepThatIsNotFiniteChangesNothing) {
  const ThreadsGuard guard(1);
  MasterLearner learner(true, {});
  const std::vector<torch::Tensor> before = learner.trained();
  MicroBatch bad = random_batch(tiny_config(), 5, false);
  bad.samples[0].patches_VK.fill_(std::nanf(""));
  learner.step->accumulate(std::move(bad), 0, 0, 1);
  EXPECT_THROW(learner.step->finish(1e-3), NonFiniteStep);
  std::vector<torch::Tensor> after = learner.trained();
  for (std::size_t i = 0; i < after.size(); ++i)
    EXPECT_TRUE(same_bits(after[i], before[i])) << learner.names[i];
  learner.step->accumulate(random_batch(tiny_config(), 6, false), 1, 0, 1);
  learner.step->finish(1e-3);
  MasterLearner other(true, {});
  other.step->accumulate(random_batch(tiny_config(), 6, false), 1, 0, 1);
  other.step->finish(1e-3);
  after = learner.trained();
  const std::vector<torch::Tensor> expected = other.trained();
  for (std::size_t i = 0; i < after.size(); ++i)
    EXPECT_TRUE(same_bits(after[i], expected[i])) << learner.names[i];
}

TEST(MasterWeights, TheModelCanBeSeenInEitherType) {
  MasterLearner learner(true, {});
  const auto types = [&] {
    std::vector<torch::ScalarType> found;
    for (const torch::Tensor& each : learner.fixture.model->parameters()) found.push_back(each.scalar_type());
    return found;
  };
  const auto values = [&] {
    std::vector<torch::Tensor> found;
    for (const torch::Tensor& each : learner.fixture.model->parameters())
      found.push_back(each.detach().clone());
    return found;
  };
  const auto before = types();
  const std::vector<torch::Tensor> weights = values();
  const auto all_are = [&](torch::ScalarType type) {
    for (const torch::ScalarType each : types()) EXPECT_EQ(each, type);
  };
  learner.masters->with_bfloat16_model([&] { all_are(torch::kBFloat16); });
  EXPECT_EQ(types(), before);
  learner.masters->with_originals_in_model([&] {
    all_are(torch::kFloat32);
    StepFixture fresh;
    for (const auto& [name, tensor] : named_tensors(*fresh.model))
      EXPECT_TRUE(torch::equal(tensor, learner.fixture.model->named_parameters()[name])) << name;
  });
  EXPECT_EQ(types(), before);
  const auto fails = [] { throw std::runtime_error("no"); };
  EXPECT_THROW(learner.masters->with_bfloat16_model(fails), std::runtime_error);
  EXPECT_THROW(learner.masters->with_originals_in_model(fails), std::runtime_error);
  EXPECT_EQ(types(), before);
  const std::vector<torch::Tensor> after = values();
  for (std::size_t i = 0; i < after.size(); ++i) EXPECT_TRUE(torch::equal(after[i], weights[i])) << i;
}

/// Frozen matrices take two bytes where that is all they say; an adapter beside them trains in float32.
TEST(MasterWeights, FrozenMatricesAreShortenedWhereNothingIsLost) {
  const ThreadsGuard guard(1);
  StepFixture fixture, plain;
  for (StepFixture* each : {&fixture, &plain}) {
    const torch::NoGradGuard no_grad;
    for (auto& [name, tensor] : named_tensors(*each->model)) {
      if (name.find("layers.0.") != std::string::npos) tensor.copy_(tensor.to(torch::kBFloat16));
    }
  }
  std::vector<double> losses;
  for (StepFixture* each : {&fixture, &plain}) {
    Adapter adapter(*each->model, {.rank = 2, .targets = {"q_proj", "up_proj"}}, 3);
    adapter.attach(*each->model);
    TrainedParameters chosen = group_parameters(*each->model, &adapter, *each->objective, {}, {});
    std::unique_ptr<MasterWeights> masters;
    if (each == &fixture) masters = std::make_unique<MasterWeights>(*each->model, chosen.all);
    const std::unique_ptr<Optimizer> optimizer = make_optimizer(std::move(chosen.all), {});
    TrainStep step(*each->model, *each->objective, *optimizer,
                   {.bf16 = true, .seed = 9, .masters = masters.get()});
    for (std::int64_t s = 0; s < 2; ++s) {
      step.accumulate(random_batch(tiny_config(), 5, false), s, 0, 1);
      losses.push_back(step.finish(1e-2).loss);
    }
  }
  EXPECT_EQ(losses[0], losses[2]);
  EXPECT_EQ(losses[1], losses[3]);
  EXPECT_NE(losses[0], losses[1]);
  for (const auto& [name, tensor] : named_tensors(*fixture.model)) {
    const bool exact = name.find("layers.0.") != std::string::npos && tensor.dim() >= 2;
    EXPECT_EQ(tensor.scalar_type(), exact ? torch::kBFloat16 : torch::kFloat32) << name;
  }
}

TEST(MasterWeights, TwoRanksAreOneProcessBitForBit) {
  const auto train = [](ProcessGroup* group) {
    const ThreadsGuard guard(1);
    MasterLearner learner(true, {.clip_norm = 0.5}, tiny_config(), group);
    for (std::int64_t s = 0; s < 2; ++s) {
      for (std::int64_t k = 0; k < 2; ++k) {
        if (group != nullptr && k != group->rank()) continue;
        learner.step->accumulate(
            random_batch(tiny_config(), static_cast<std::uint64_t>(20 + 2 * s + k), false), s, k, 2);
      }
      learner.step->finish(1e-3);
    }
    return learner.trained();
  };
  const std::vector<torch::Tensor> alone = train(nullptr);
  std::vector<std::vector<torch::Tensor>> ranks(2);
  run_local_group(
      2, [&](ProcessGroup& group) { ranks[static_cast<std::size_t>(group.rank())] = train(&group); });
  for (const auto& rank : ranks) {
    for (std::size_t i = 0; i < alone.size(); ++i) EXPECT_TRUE(same_bits(rank[i], alone[i])) << i;
  }
}

}  // namespace
}  // namespace pixelsail
