#pragma once

/// A tiny model with its losses and a micro-batch of samples of different kinds, for tests of training steps.

#include "../model/tiny_model.h"
#include "loss/objective.h"
#include "train/step.h"

namespace pixelsail::testing_support {

constexpr std::int64_t kPoints = 32, kMask2formerChannels = 5, kSam2Channels = 3;

/// Seven samples: pictures of several sizes (one text alone, one without masks, one without SAM 2's map).
/// With `fixed_points` every random choice is part of the samples.
inline MicroBatch random_batch(const ModelConfig& config, std::uint64_t seed, bool fixed_points) {
  Rng rng(seed);
  auto generator = torch::make_generator<torch::CPUGeneratorImpl>(seed);
  MicroBatch batch;
  for (int i = 0; i < 7; ++i) {
    const bool image = i != 3;
    SequenceInput sample = random_sample(config, rng, 0, image ? 2 + i % 3 : 0, 3, 6 + i);
    const auto length = static_cast<std::int64_t>(sample.ids.size());
    SampleTarget target{.labels = std::vector<std::int64_t>(sample.ids.size(), -100)};
    target.labels.back() = sample.ids.back();
    target.labels[sample.ids.size() - 2] = sample.ids[sample.ids.size() - 2];
    if (image) {
      target.mask2former_chw = torch::rand({kMask2formerChannels, 4, 4}, generator);
      if (i != 5) target.sam2_chw = torch::rand({kSam2Channels, 4, 4}, generator);
      if (i != 1) {
        target.seg_positions = {length - 4, length - 1};
        target.masks_Nhw = torch::randint(0, 2, {2, 20, 24}, generator, torch::kUInt8);
        if (fixed_points) target.point_coords_NP2 = torch::rand({2, kPoints, 2}, generator);
      }
    }
    batch.samples.push_back(std::move(sample));
    batch.targets.push_back(std::move(target));
  }
  return batch;
}

struct StepFixture {
  PixelSail model{nullptr};
  Objective objective{nullptr};
  NamedTensors parameters;  ///< of the model, then of the objective

  explicit StepFixture(const ModelConfig& config = tiny_config(), std::uint64_t seed = 1) {
    model = PixelSail(config);
    model->initialize(seed);
    LossConfig loss{.num_points = kPoints};
    loss.distill.mask2former_channels = kMask2formerChannels;
    loss.distill.sam2_channels = kSam2Channels;
    objective = Objective(config, loss);
    objective->initialize(seed + 1);
    parameters = named_tensors(*model);
    for (auto& [name, tensor] : named_tensors(*objective)) parameters.emplace_back(name, tensor);
  }
};

}  // namespace pixelsail::testing_support
