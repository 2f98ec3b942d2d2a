#include <torch/torch.h>

#include "golden/golden.h"
#include "io/json.h"
#include "train/step.h"

namespace pixelsail::detail {
namespace {

/// A number of `steps`, or what is usual.
void read(const Json& steps, const char* key, double& into) {
  if (steps.contains(key)) into = json_number(steps, key, "config.json: steps");
}

}  // namespace

Trace run_steps_golden(const GoldenModel& c) {
  const Json& steps = c.config.at("steps");
  OptimizerConfig config;
  read(steps, "eps", config.eps);
  read(steps, "weight_decay", config.weight_decay);
  read(steps, "clip_norm", config.clip_norm);
  if (const auto betas = steps.find("betas"); betas != steps.end()) {
    config.beta1 = betas->at(0).get<double>();
    config.beta2 = betas->at(1).get<double>();
  }
  const double lr = json_number(steps, "lr", "config.json: steps");
  const std::int64_t count = json_int(steps, "count", "config.json: steps");
  const std::int64_t accumulate = steps.value("accumulate", std::int64_t{1});

  const TrainingData data = training_data(c);
  Objective objective = training_objective(c);
  NamedTensors parameters = named_tensors(*c.model);
  for (auto& [name, tensor] : named_tensors(*objective)) parameters.emplace_back(name, tensor);
  const std::unique_ptr<Optimizer> optimizer = make_optimizer(parameters, config);
  TrainStep step(*c.model, *objective, *optimizer, {});
  std::vector<float> losses, norms;
  for (std::int64_t i = 0; i < count; ++i) {
    for (std::int64_t k = 0; k < accumulate; ++k)
      step.accumulate({data.samples, data.targets}, i, k, accumulate);
    const StepResult result = step.finish(lr);
    losses.push_back(static_cast<float>(result.loss));
    norms.push_back(static_cast<float>(result.grad_norm));
  }
  // A parameter that never had a gradient has a step count of 0.
  const NamedTensors state = optimizer->state();
  const std::map<std::string, torch::Tensor> by_name(state.begin(), state.end());
  Trace trace;
  for (const auto& [name, tensor] : parameters) {
    if (by_name.at("step." + name).item<double>() > 0) trace["after/" + name] = tensor.detach();
  }
  trace["step_loss"] = torch::tensor(losses);
  trace["step_grad_norm"] = torch::tensor(norms);
  return trace;
}

}  // namespace pixelsail::detail
