#include "learner.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

#include "train/parameters.h"

namespace pixelsail::strict {

using namespace testing_support;

std::vector<Family> families() {
  const ModelConfig sail = family_config(Backbone::kSail);
  ModelConfig mistral = sail, pooled = sail, narrow = sail;
  mistral.attention_bias = false;
  mistral.tie_word_embeddings = false;
  pooled.prompt_injection = PromptInjection::kPooled;
  narrow.in_dim_limit = sail.hidden_size / 2;
  return {{"sail", sail},
          {"solo", family_config(Backbone::kSolo)},
          {"eve", family_config(Backbone::kEve)},
          {"sail_7b", mistral},
          {"pooled_prompts", pooled},
          {"pre_projector", narrow}};
}

ModelConfig family(const std::string& name) {
  for (Family& each : families()) {
    if (each.name == name) return each.config;
  }
  throw std::out_of_range("no family '" + name + "'");
}

std::vector<MicroBatch> micro_batches(const ModelConfig& config) {
  std::vector<MicroBatch> batches;
  for (const std::uint64_t seed : {5, 6}) {
    batches.push_back(random_batch(config, seed, /*fixed_points=*/false));
    if (!config.pools_prompts()) continue;
    for (SequenceInput& sample : batches.back().samples) {
      const auto numbers = sample.prompt_of_patch;
      const auto number = std::ranges::find_if(numbers, [](std::int64_t k) { return k >= 0; });
      if (number == numbers.end()) continue;
      // Neither scored nor a place of a mask.
      sample.ids[sample.ids.size() - 3] = config.token_id("<Prompt" + std::to_string(*number) + ">");
    }
  }
  return batches;
}

MicroBatch first_sample(const MicroBatch& batch) {
  return {{batch.samples[0]}, {batch.targets[0]}};
}

Learner::Learner(const ModelConfig& config, torch::Device device, const LearnerOptions& options)
    : lr_(options.optimizer.lr) {
  model_ = PixelSail(config, WeightOptions{.device = device});
  model_->initialize(1);
  model_->single_transformer->model->recompute = options.recompute;
  LossConfig loss{.num_points = kPoints};
  loss.distill.mask2former_channels = kMask2formerChannels;
  loss.distill.sam2_channels = kSam2Channels;
  objective_ = Objective(config, loss, device);
  objective_->initialize(2);
  if (options.lora.rank > 0) {
    adapter_ = std::make_unique<Adapter>(*model_, options.lora, 3);
    const torch::NoGradGuard no_grad;
    for (auto& [name, tensor] : adapter_->tensors()) tensor.add_(0.01);  // B = 0 leaves A without a gradient
    adapter_->attach(*model_);
  }
  TrainedParameters chosen = group_parameters(*model_, adapter_.get(), *objective_, {}, options.optimizer);
  for (const GroupedParameter& optimized : chosen.all)
    parameters_.emplace_back(optimized.name, optimized.parameter);
  if (options.bf16_weights) masters_ = std::make_unique<MasterWeights>(*model_, chosen.all);
  optimizer_ = make_optimizer(std::move(chosen.all), options.optimizer);
  step_ =
      std::make_unique<TrainStep>(*model_, *objective_, *optimizer_,
                                  StepOptions{.bf16 = options.bf16, .seed = 9, .masters = masters_.get()});
}

void Learner::accumulate(const MicroBatch& batch, std::int64_t index, std::int64_t count) {
  step_->accumulate(batch, 0, index, count);
}

StepResult Learner::finish() {
  return step_->finish(lr_);
}

std::vector<torch::Tensor> Learner::trained() {
  std::vector<torch::Tensor> values;
  const auto copy = [&] {
    for (const torch::Tensor& each : optimizer_->parameters())
      values.push_back(each.detach().to(torch::kCPU).to(torch::kFloat64).clone());
  };
  masters_ ? masters_->with_values(copy) : copy();
  return values;
}

Outcome Learner::step(const std::vector<MicroBatch>& batches) {
  Outcome outcome;
  const std::vector<torch::Tensor> before = trained();
  for (std::size_t i = 0; i < batches.size(); ++i)
    accumulate(batches[i], static_cast<std::int64_t>(i), static_cast<std::int64_t>(batches.size()));
  for (const auto& [name, tensor] : parameters_) {
    const torch::Tensor& gradient = tensor.grad();
    if (!gradient.defined()) continue;
    EXPECT_EQ(gradient.strides(), tensor.strides()) << name;
    outcome.gradients[name] = gradient.to(torch::kCPU).clone();
    EXPECT_TRUE(outcome.gradients[name].isfinite().all().item<bool>()) << name;
  }
  outcome.result = finish();
  const std::vector<torch::Tensor> after = trained();
  for (std::size_t i = 0; i < after.size(); ++i) outcome.updates[parameters_[i].first] = after[i] - before[i];
  return outcome;
}

double relative_norm(const torch::Tensor& a, const torch::Tensor& b) {
  constexpr double kTiny = 1e-30;
  return (a - b).norm().item<double>() / std::max(b.norm().item<double>(), kTiny);
}

double update_limit(const std::string& name) {
  // The gradient of a key's bias is close to rounding noise: softmax takes away what all keys have in common.
  return name.ends_with("k_proj.bias") ? 3e-2 : 3e-3;
}

double cosine(const torch::Tensor& a, const torch::Tensor& b) {
  const torch::Tensor x = a.to(torch::kFloat64), y = b.to(torch::kFloat64);
  return (x * y).sum().item<double>() / (x.norm() * y.norm()).item<double>();
}

}  // namespace pixelsail::strict
