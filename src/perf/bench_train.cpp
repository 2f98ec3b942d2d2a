#include "perf/bench_train.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>

#include "model/device_peak.h"
#include "model/flops.h"
#include "model/memory_use.h"
#include "perf/bench_inputs.h"
#include "perf/median.h"
#include "pixelsail/error.h"
#include "train/step.h"

namespace pixelsail {
namespace {

constexpr double kLearningRate = 1e-5;

/// A model in float32 with its losses and AdamW.
class Learner {
 public:
  Learner(PixelSailImpl& model, const BenchConfig& config)
      : model_(model), objective_(model.config, config.loss, model.device()) {
    model_.to(torch::kFloat32);
    model_.train();
    model_.single_transformer->model->recompute = config.recompute;
    objective_->initialize(2);
    parameters_ = named_tensors(model_);
    for (auto& [name, tensor] : named_tensors(*objective_)) parameters_.emplace_back(name, tensor);
    optimizer_ = make_optimizer(parameters_, {});
    step_ = std::make_unique<TrainStep>(model_, *objective_, *optimizer_,
                                        StepOptions{.bf16 = config.dtype == "bf16", .seed = 1});
  }

  StepResult step(const MicroBatch& batch, std::int64_t index) {
    step_->accumulate(batch, index, 0, 1);
    return step_->finish(kLearningRate);
  }
  const NamedTensors& parameters() const { return parameters_; }

 private:
  PixelSailImpl& model_;
  Objective objective_;
  NamedTensors parameters_;
  std::unique_ptr<Optimizer> optimizer_;
  std::unique_ptr<TrainStep> step_;
};

void check_type(const BenchConfig& config) {
  if (config.dtype != "f32" && config.dtype != "bf16")
    throw ConfigError("bench: training runs in f32 or bf16");
}

/// Forward and backward.
double train_flops(const ModelConfig& config, const MicroBatch& batch) {
  double flops = 0;
  for (std::size_t i = 0; i < batch.samples.size(); ++i) {
    const auto& labels = batch.targets[i].labels;
    const auto scored = std::ranges::count_if(labels, [](std::int64_t id) { return id != kIgnoredLabel; });
    flops += forward_flops(config, batch.samples[i], scored);
  }
  return 3 * flops;
}

}  // namespace

void bench_training(const BenchConfig& config, PixelSailImpl& model, const Patches& patches,
                    nlohmann::ordered_json& result) {
  check_type(config);
  const torch::Device device = model.device();
  Learner learner(model, config);
  const MicroBatch batch = make_batch(config, model.config, patches);
  reset_peak_memory(device);
  StepResult last;
  std::int64_t index = 0;
  const double seconds = median_seconds(config.runs, device, [&] { last = learner.step(batch, index++); });
  result["train_step_s"] = seconds;
  result["train_forward_s"] = last.forward_s;
  result["train_backward_s"] = last.backward_s;
  result["train_optimizer_s"] = last.optimizer_s;
  result["train_tokens"] = last.tokens;
  result["train_tokens_per_s"] = static_cast<double>(last.tokens) / seconds;
  const double tera = train_flops(model.config, batch) / 1e12;
  result["train_tflop"] = tera;
  result["train_tflops"] = tera / seconds;
  const double peak = config.peak_tflops > 0 ? config.peak_tflops : peak_of(device).tflops;
  if (peak > 0) result["train_mfu"] = tera / seconds / peak;
  result["train_peak_gib"] = static_cast<double>(memory_use(device).peak) / (1 << 30);
}

void bench_repeat(const BenchConfig& config, const ModelConfig& model_config, torch::Device device,
                  const Patches& patches, nlohmann::ordered_json& result) {
  check_type(config);
  std::vector<std::vector<double>> losses(2);
  std::vector<std::vector<torch::Tensor>> weights(2);
  const MicroBatch batch = make_batch(config, model_config, patches);
  for (std::size_t run = 0; run < 2; ++run) {
    PixelSail model = random_model(model_config, {.device = device});
    Learner learner(*model, config);
    for (int step = 0; step < config.repeat_steps; ++step)
      losses[run].push_back(learner.step(batch, step).loss);
    for (const auto& [name, tensor] : learner.parameters())
      weights[run].push_back(tensor.detach().to(torch::kCPU, torch::kFloat32).clone());
  }
  bool equal = true;
  double apart = 0, size = 0, loss = 0;
  for (std::size_t i = 0; i < weights[0].size(); ++i) {
    equal = equal && torch::equal(weights[0][i], weights[1][i]);
    apart += (weights[0][i] - weights[1][i]).square().sum(torch::kFloat64).item<double>();
    size += weights[0][i].square().sum(torch::kFloat64).item<double>();
  }
  for (std::size_t i = 0; i < losses[0].size(); ++i)
    loss = std::max(loss, std::abs(losses[0][i] - losses[1][i]) / std::max(std::abs(losses[0][i]), 1e-30));
  result["repeat_steps"] = config.repeat_steps;
  result["repeat_equal"] = equal;
  result["repeat_loss_difference"] = loss;
  result["repeat_weight_difference"] = std::sqrt(apart / std::max(size, 1e-30));
}

}  // namespace pixelsail
