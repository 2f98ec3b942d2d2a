// What a training step does to every single parameter, against a second, plain computation: gradients by one
// backward pass of the whole batch, updates by AdamW and Muon written out in double precision.

#include <gtest/gtest.h>

#include <cmath>

#include "model/adapter.h"
#include "model/matmul.h"
#include "step_fixture.h"
#include "train/parameters.h"

namespace pixelsail {
namespace {

using namespace testing_support;
using Values = std::map<std::string, torch::Tensor>;

Values copies(const NamedTensors& parameters) {
  Values values;
  for (const auto& [name, tensor] : parameters) values[name] = tensor.detach().clone().to(torch::kFloat64);
  return values;
}

/// Gradients of the mean loss of some micro-batches; nothing for a parameter without one.
Values plain_gradients(StepFixture& fixture, const std::vector<MicroBatch>& batches) {
  std::vector<torch::Tensor> tensors;
  for (const auto& [name, tensor] : fixture.parameters) tensors.push_back(tensor);
  torch::Tensor total;
  for (const MicroBatch& batch : batches) {
    const PackedInput packed = pack(batch.samples, fixture.model->device());
    const torch::Tensor hidden_TC = fixture.model->hidden_states(packed);
    const torch::Tensor loss = fixture.objective
                                   ->forward(*fixture.model, packed, hidden_TC, batch.targets,
                                             fixture.objective->counts(batch.targets))
                                   .total /
                               static_cast<double>(batches.size());
    total = total.defined() ? total + loss : loss;
  }
  const auto found = torch::autograd::grad({total}, tensors, {}, std::nullopt, false, /*allow_unused=*/true);
  Values gradients;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    if (found[i].defined())
      gradients[fixture.parameters[i].first] = found[i].contiguous().to(torch::kFloat64);
  }
  return gradients;
}

/// To a common norm that the gradients exceed.
void clip(Values& gradients, double limit) {
  double square = 0;
  for (const auto& [name, gradient] : gradients) square += gradient.square().sum().item<double>();
  ASSERT_GT(std::sqrt(square), limit) << "nothing is clipped";
  const double factor = limit / (std::sqrt(square) + 1e-6);
  for (auto& [name, gradient] : gradients) gradient.mul_(factor);
}

/// First step of AdamW (Loshchilov and Hutter 2019, algorithm 2).
torch::Tensor adamw_first(const torch::Tensor& w, const torch::Tensor& g, const OptimizerConfig& config,
                          double lr, double decay) {
  const torch::Tensor m = (1 - config.beta1) * g / (1 - config.beta1);
  const torch::Tensor v = (1 - config.beta2) * g * g / (1 - config.beta2);
  return w - lr * decay * w - lr * m / (v.sqrt() + config.eps);
}

/// First step of Muon (Jordan et al. 2024; scale of Liu et al. 2025): Nesterov momentum, five Newton-Schulz
/// steps.
torch::Tensor muon_first(const torch::Tensor& w, const torch::Tensor& g, const OptimizerConfig& config,
                         double lr) {
  torch::Tensor x = g + config.muon_momentum * g;
  const bool tall = x.size(0) > x.size(1);
  if (tall) x = x.t();
  x = x / x.norm();
  for (int i = 0; i < 5; ++i) {
    const torch::Tensor a = torch::mm(x, x.t());
    x = 3.4445 * x + torch::mm(-4.7750 * a + 2.0315 * torch::mm(a, a), x);
  }
  if (tall) x = x.t();
  const double rate = lr * config.muon_lr_scale;
  return w * (1 - rate * config.weight_decay) -
         rate * 0.2 * std::sqrt(static_cast<double>(std::max(w.size(0), w.size(1)))) * x;
}

double ratio(const torch::Tensor& difference, const torch::Tensor& update) {
  return difference.norm().item<double>() / std::max(update.norm().item<double>(), 1e-30);
}

/// Keys get the same gradient from all queries up to a constant, which softmax takes away: a bias of theirs
/// has rounding noise for a gradient.
bool is_noise(const std::string& name) {
  return name.ends_with("k_proj.bias");
}

struct Variant {
  const char* name;
  Backbone backbone = Backbone::kSail;
  const char* optimizer = "adamw";
  int threads = 1;
  int micro_batches = 1;
  bool recompute = false, pooled = false, pre_projector = false;
};

class Updates : public testing::TestWithParam<Variant> {};

TEST_P(Updates, EveryParameterMovesAsWritten) {
  const Variant& variant = GetParam();
  ModelConfig config = family_config(variant.backbone);
  if (variant.pooled) config.prompt_injection = PromptInjection::kPooled;
  if (variant.pre_projector) config.in_dim_limit = 16;
  StepFixture fixture(config);
  std::vector<MicroBatch> batches;
  for (int k = 0; k < variant.micro_batches; ++k)
    batches.push_back(random_batch(config, 5 + static_cast<std::uint64_t>(k), /*fixed_points=*/true));
  const int before_threads = torch::get_num_threads();
  torch::set_num_threads(variant.threads);
  Values gradients = plain_gradients(fixture, batches);
  const Values before = copies(fixture.parameters);

  const OptimizerConfig optimizer_config{
      .kind = variant.optimizer, .weight_decay = 0.1, .clip_norm = 0.5, .muon_lr_scale = 2};
  constexpr double kRate = 1e-3;
  const std::unique_ptr<Optimizer> optimizer = make_optimizer(fixture.parameters, optimizer_config);
  TrainStep step(*fixture.model, *fixture.objective, *optimizer, {.seed = 9});
  fixture.model->single_transformer->model->recompute = variant.recompute;
  for (int k = 0; k < variant.micro_batches; ++k)
    step.accumulate(batches[static_cast<std::size_t>(k)], 0, k, variant.micro_batches);
  step.finish(kRate);
  torch::set_num_threads(before_threads);

  clip(gradients, optimizer_config.clip_norm);
  std::map<std::string, bool> of_muon;
  for (const auto& [name, tensor] : optimizer->state()) {
    if (name.starts_with("momentum.")) of_muon[name.substr(9)] = true;
  }
  EXPECT_EQ(of_muon.empty(), std::string(variant.optimizer) == "adamw");
  std::size_t moved = 0;
  for (const auto& [name, tensor] : fixture.parameters) {
    const torch::Tensor& w = before.at(name);
    const torch::Tensor after = tensor.detach().to(torch::kFloat64);
    const auto gradient = gradients.find(name);
    if (gradient == gradients.end()) {
      EXPECT_TRUE(torch::equal(after, w)) << name << " has no gradient";
      continue;
    }
    ++moved;
    const bool muon = of_muon.contains(name);
    const torch::Tensor expected =
        muon ? muon_first(w, gradient->second, optimizer_config, kRate)
             : adamw_first(w, gradient->second, optimizer_config, kRate, optimizer_config.weight_decay);
    // Muon iterates in bfloat16 where the processor multiplies in it, which the iteration itself forgives
    // (orthogonalize() in float32 is compared exactly in optimizer_test).
    const double limit = is_noise(name)                                                      ? 0.3
                         : muon && computes_in(torch::kBFloat16, torch::Device(torch::kCPU)) ? 0.2
                                                                                             : 3e-3;
    EXPECT_LT(ratio(after - expected, expected - w), limit) << name;
  }
  EXPECT_GE(moved + 1, fixture.parameters.size())
      << "all but perhaps vp_embed of pooled prompts without a token";
}

INSTANTIATE_TEST_SUITE_P(
    All, Updates,
    testing::Values(Variant{"sail"}, Variant{"solo", Backbone::kSolo}, Variant{"eve", Backbone::kEve},
                    Variant{"two_threads", Backbone::kSail, "adamw", 2},
                    Variant{"accumulated", Backbone::kSail, "adamw", 1, 3},
                    Variant{"accumulated_threads", Backbone::kSail, "adamw", 3, 2},
                    Variant{"recomputed", Backbone::kSail, "adamw", 2, 1, true},
                    Variant{"recomputed_eve", Backbone::kEve, "adamw", 1, 1, true},
                    Variant{"pooled", Backbone::kSail, "adamw", 1, 1, false, true},
                    Variant{"pre_projector", Backbone::kSail, "adamw", 1, 1, false, false, true},
                    Variant{"muon", Backbone::kSail, "muon"},
                    Variant{"muon_eve", Backbone::kEve, "muon", 2, 2}),
    [](const auto& instance) { return std::string(instance.param.name); });

/// k micro-batches of one sample with the same counts are one of k samples.
TEST(Accumulation, SeveralMicroBatchesAreOneOfTheirSize) {
  StepFixture fixture;
  const MicroBatch all = random_batch(fixture.model->config, 5, /*fixed_points=*/true);
  const auto picked = [&all](const std::vector<std::size_t>& which) {
    MicroBatch batch;
    for (const std::size_t i : which) {
      batch.samples.push_back(all.samples[i]);
      batch.targets.push_back(all.targets[i]);
    }
    return batch;
  };
  const auto gradients_of = [&](const std::vector<MicroBatch>& batches) {
    const std::unique_ptr<Optimizer> optimizer = make_optimizer(fixture.parameters, {});
    TrainStep step(*fixture.model, *fixture.objective, *optimizer, {.seed = 9});
    for (std::size_t k = 0; k < batches.size(); ++k) {
      step.accumulate(batches[k], 0, static_cast<std::int64_t>(k), static_cast<std::int64_t>(batches.size()));
    }
    Values gradients;
    for (const auto& [name, tensor] : fixture.parameters) gradients[name] = tensor.grad().clone();
    return gradients;
  };
  // Samples 0, 2 and 4 have as many labels, masks and teachers' maps. The constants beside the counts (1e-4)
  // leave a difference of their size.
  const Values apart = gradients_of({picked({0}), picked({2}), picked({4})});
  const Values together = gradients_of({picked({0, 2, 4})});
  for (const auto& [name, gradient] : together) {
    EXPECT_LT(ratio(apart.at(name) - gradient, gradient), is_noise(name) ? 0.1 : 5e-4) << name;
  }
  // A last, shorter group: its losses are divided by its own number.
  const Values two = gradients_of({picked({0}), picked({2})});
  const Values pair = gradients_of({picked({0, 2})});
  for (const auto& [name, gradient] : pair)
    EXPECT_LT(ratio(two.at(name) - gradient, gradient), is_noise(name) ? 0.1 : 5e-4) << name;
}

class Downhill : public testing::TestWithParam<std::tuple<Backbone, int>> {};

TEST_P(Downhill, EveryParameterMovesAgainstItsGradient) {
  const auto [backbone, seed] = GetParam();
  const ModelConfig config = family_config(backbone);
  for (const bool like_sgd : {false, true}) {
    StepFixture fixture(config, static_cast<std::uint64_t>(seed));
    const MicroBatch batch =
        random_batch(config, static_cast<std::uint64_t>(seed) + 20, /*fixed_points=*/true);
    const Values gradients = plain_gradients(fixture, {batch});
    const Values before = copies(fixture.parameters);
    // With an eps far above all gradients the update of AdamW is lr / eps times the gradient.
    const OptimizerConfig settings{.eps = like_sgd ? 1e3 : 1e-8, .weight_decay = 0, .clip_norm = 0};
    const std::unique_ptr<Optimizer> optimizer = make_optimizer(fixture.parameters, settings);
    TrainStep step(*fixture.model, *fixture.objective, *optimizer, {.seed = 9});
    step.accumulate(batch, 0, 0, 1);
    step.finish(like_sgd ? 10.0 : 1e-4);
    for (const auto& [name, tensor] : fixture.parameters) {
      const auto found = gradients.find(name);
      if (found == gradients.end() || is_noise(name)) continue;
      const torch::Tensor down = before.at(name) - tensor.detach().to(torch::kFloat64);
      const torch::Tensor& g = found->second;
      if (like_sgd) {
        const double cosine = (down * g).sum().item<double>() / (down.norm() * g.norm()).item<double>();
        EXPECT_GT(cosine, 0.9) << name;
      } else {
        // Elements whose gradient is far below the others' may be rounding noise.
        const torch::Tensor clear = g.abs() > 1e-4 * g.abs().max();
        const double agreeing =
            ((down * g) > 0).masked_select(clear).to(torch::kFloat64).mean().item<double>();
        EXPECT_GT(agreeing, 0.99) << name;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(RandomModels, Downhill,
                         testing::Combine(testing::Values(Backbone::kSail, Backbone::kSolo, Backbone::kEve),
                                          testing::Values(1, 2, 3)));

/// In bfloat16 the gradients are those of the step itself; what the optimizer makes of them is checked
/// exactly.
TEST(Bfloat16, UpdatesAreAdamWOfTheStepsOwnGradients) {
  for (const int threads : {1, 3}) {
    StepFixture fixture;
    const MicroBatch batch = random_batch(fixture.model->config, 5, /*fixed_points=*/true);
    const Values exact = plain_gradients(fixture, {batch});
    const int before_threads = torch::get_num_threads();
    torch::set_num_threads(threads);
    const OptimizerConfig settings{.weight_decay = 0.1, .clip_norm = 0};
    const std::unique_ptr<Optimizer> optimizer = make_optimizer(fixture.parameters, settings);
    TrainStep step(*fixture.model, *fixture.objective, *optimizer, {.bf16 = true, .seed = 9});
    step.accumulate(batch, 0, 0, 1);
    const Values before = copies(fixture.parameters);
    Values gradients;
    for (const auto& [name, tensor] : fixture.parameters)
      gradients[name] = tensor.grad().clone().contiguous().to(torch::kFloat64);
    constexpr double kRate = 1e-3;
    step.finish(kRate);
    torch::set_num_threads(before_threads);
    for (const auto& [name, tensor] : fixture.parameters) {
      if (!exact.contains(name)) continue;
      const torch::Tensor expected =
          adamw_first(before.at(name), gradients.at(name), settings, kRate, settings.weight_decay);
      EXPECT_LT(ratio(tensor.detach().to(torch::kFloat64) - expected, expected - before.at(name)), 1e-3)
          << name;
      if (!is_noise(name)) {
        EXPECT_LT(ratio(gradients.at(name) - exact.at(name), exact.at(name)), 0.1) << name;
      }
    }
  }
}

TEST(ParameterGroups, FrozenOnesStayAndOthersHaveTheirOwnRates) {
  StepFixture fixture;
  const OptimizerConfig settings{.lr = 1e-3, .weight_decay = 0.1, .clip_norm = 0};
  const std::vector<ParameterGroupConfig> groups{
      {.match = ".*vis_embed.*|.*layers\\.0\\..*", .frozen = true},
      {.match = "upsample_blocks\\..*", .lr = 5e-4, .weight_decay = 0.0}};
  TrainedParameters chosen = group_parameters(*fixture.model, nullptr, *fixture.objective, groups, settings);
  const MicroBatch batch = random_batch(fixture.model->config, 5, /*fixed_points=*/true);
  const Values before = copies(fixture.parameters);
  const std::unique_ptr<Optimizer> optimizer = make_optimizer(std::move(chosen.all), settings);
  TrainStep step(*fixture.model, *fixture.objective, *optimizer, {.seed = 9});
  step.accumulate(batch, 0, 0, 1);
  Values gradients;
  for (const auto& [name, tensor] : fixture.parameters) {
    if (tensor.grad().defined()) gradients[name] = tensor.grad().clone().to(torch::kFloat64);
  }
  step.finish(settings.lr);
  std::size_t frozen = 0, own = 0;
  for (const auto& [name, tensor] : fixture.parameters) {
    const torch::Tensor after = tensor.detach().to(torch::kFloat64);
    if (name.find("vis_embed") != std::string::npos || name.find("layers.0.") != std::string::npos) {
      ++frozen;
      EXPECT_TRUE(torch::equal(after, before.at(name))) << name;
      continue;
    }
    const bool block = name.starts_with("upsample_blocks.");
    own += block ? 1 : 0;
    const torch::Tensor expected =
        adamw_first(before.at(name), gradients.at(name), settings, block ? 5e-4 : settings.lr,
                    block ? 0.0 : settings.weight_decay);
    EXPECT_LT(ratio(after - expected, expected - before.at(name)), 1e-3) << name;
  }
  EXPECT_GT(frozen, 5U);
  EXPECT_GT(own, 5U);
}

class LoraTargets : public testing::TestWithParam<std::tuple<Backbone, bool>> {};

/// Queries, keys and values must have one type whichever of them are adapted.
TEST_P(LoraTargets, AnyChoiceOfLayersTrains) {
  const auto [backbone, bf16] = GetParam();
  const std::vector<std::vector<std::string>> choices{{"q_proj"},
                                                      {"k_proj"},
                                                      {"v_proj"},
                                                      {"q_proj", "v_proj"},
                                                      {"q_proj", "k_proj"},
                                                      {"k_proj", "v_proj"},
                                                      {"o_proj", "up_proj"},
                                                      {"vis_embed", "seg_token_projector.0"},
                                                      {"all-linear"}};
  for (const std::vector<std::string>& targets : choices) {
    if (targets[0] == "vis_embed" && backbone == Backbone::kEve) continue;  // it has a vision tower instead
    StepFixture fixture(family_config(backbone));
    Adapter adapter(*fixture.model, {.rank = 2, .targets = targets}, 3);
    {
      const torch::NoGradGuard no_grad;
      for (auto& [name, tensor] : adapter.tensors()) tensor.add_(0.01);  // B = 0 leaves A without a gradient
    }
    adapter.attach(*fixture.model);
    const OptimizerConfig settings{.weight_decay = 0.1, .clip_norm = 0};
    TrainedParameters chosen = group_parameters(*fixture.model, &adapter, *fixture.objective, {}, settings);
    const std::unique_ptr<Optimizer> optimizer = make_optimizer(std::move(chosen.all), settings);
    TrainStep step(*fixture.model, *fixture.objective, *optimizer, {.bf16 = bf16, .seed = 9});
    step.accumulate(random_batch(fixture.model->config, 5, /*fixed_points=*/true), 0, 0, 1);
    const NamedTensors adapted = adapter.tensors();
    const Values before = copies(adapted), model_before = copies(named_tensors(*fixture.model));
    Values gradients;
    for (const auto& [name, tensor] : adapted) gradients[name] = tensor.grad().clone().to(torch::kFloat64);
    constexpr double kRate = 1e-3;
    step.finish(kRate);
    for (const auto& [name, tensor] : adapted) {
      const torch::Tensor expected =
          adamw_first(before.at(name), gradients.at(name), settings, kRate, settings.weight_decay);
      EXPECT_LT(ratio(tensor.detach().to(torch::kFloat64) - expected, expected - before.at(name)), 1e-3)
          << name;
    }
    for (const auto& [name, tensor] : named_tensors(*fixture.model))
      EXPECT_TRUE(torch::equal(tensor.to(torch::kFloat64), model_before.at(name))) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(All, LoraTargets,
                         testing::Combine(testing::Values(Backbone::kSail, Backbone::kSolo, Backbone::kEve),
                                          testing::Bool()));

}  // namespace
}  // namespace pixelsail
