#pragma once

/// A tiny model in training on some device, and what one step of it does.

#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "../unit/train/step_fixture.h"
#include "model/adapter.h"
#include "train/master_weights.h"
#include "train/step.h"

namespace pixelsail::strict {

struct LearnerOptions {
  bool recompute = false, bf16 = false;
  bool bf16_weights = false;  ///< of which the optimizer trains originals
  LoraConfig lora;            ///< rank 0: none
  OptimizerConfig optimizer{.lr = 1e-3, .weight_decay = 0.1, .clip_norm = 0.5};
};

/// A tiny model of a kind.
struct Family {
  std::string name;
  ModelConfig config;
};
inline void PrintTo(const Family& family, std::ostream* out) {
  *out << family.name;
}

/// "sail", "solo", "eve"; "sail_7b" has no biases in attention and an output layer of its own;
/// "pooled_prompts"; "pre_projector" upsamples half as many channels as it has states.
std::vector<Family> families();
/// One of them.
ModelConfig family(const std::string& name);

/// Two micro-batches of samples of different kinds, their points drawn by the step. With pooled prompts each
/// text names a prompt of its picture.
std::vector<MicroBatch> micro_batches(const ModelConfig& config);

/// The first sample alone, which has a picture, two masks and both teachers' maps.
MicroBatch first_sample(const MicroBatch& batch);

/// What a step did, on the CPU. Maps are by the parameter's name.
struct Outcome {
  StepResult result;
  std::map<std::string, torch::Tensor> gradients;  ///< before clipping; none where there is none
  std::map<std::string, torch::Tensor>
      updates;  ///< what is trained after the step less that before it, float64
};

class Learner {
 public:
  /// The same weights on every device. Both teachers are on.
  Learner(const ModelConfig& config, torch::Device device, const LearnerOptions& options = {});

  void accumulate(const MicroBatch& batch, std::int64_t index, std::int64_t count);
  /// At the optimizer's learning rate.
  StepResult finish();
  /// One step on micro-batches. Expects every gradient to be finite and laid out as its parameter.
  Outcome step(const std::vector<MicroBatch>& batches);

 private:
  /// What the optimizer trains, parallel to the parameters, on the CPU in float64.
  std::vector<torch::Tensor> trained();

  PixelSail model_{nullptr};
  Objective objective_{nullptr};
  double lr_;
  std::unique_ptr<Adapter> adapter_;
  NamedTensors parameters_;
  std::unique_ptr<MasterWeights> masters_;
  std::unique_ptr<Optimizer> optimizer_;
  std::unique_ptr<TrainStep> step_;
};

/// ||a - b|| / ||b||; 0 when both are zero.
double relative_norm(const torch::Tensor& a, const torch::Tensor& b);
/// How far updates of a parameter may lie apart by relative_norm(): the limits of the published steps.
double update_limit(const std::string& name);
double cosine(const torch::Tensor& a, const torch::Tensor& b);

}  // namespace pixelsail::strict
