#pragma once

/// A training run in memory: everything that its configuration says, built.

#include <torch/types.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "checkpoint/checkpoint.h"
#include "core/run_context.h"
#include "data/loader.h"
#include "model/adapter.h"
#include "train/config.h"
#include "train/master_weights.h"
#include "train/online_teachers.h"
#include "train/run_length.h"
#include "train/trainer_state.h"

namespace pixelsail {

struct TrainingState {
  RunConfig config;  ///< with what init_from and the tokenizer say of the model
  RunContext context;
  torch::Device device{torch::kCPU};
  bool bf16 = false;
  LoadedModel loaded;
  std::optional<Adapter> adapter;
  std::string base;               ///< hash of what the adapter stands on
  NamedTensors trained_of_model;  ///< parameters of the model itself that are trained
  std::unique_ptr<Loader> loader;
  RunLength length;                        ///< its steps are those of `config` too
  std::vector<std::string> teacher_slots;  ///< in the order of Example::teachers
  OnlineTeachers teachers;
  Objective objective{nullptr};
  std::unique_ptr<MasterWeights> masters;  ///< null: the optimizer trains the weights themselves
  std::unique_ptr<Optimizer> optimizer;
  TrainCounters counters;

  int rank() const;
  int world_size() const;
  double learning_rate_of(std::int64_t step) const;
};

/// Reads tokenizer and annotations, builds the model. Device and seed of the context are filled in. Throws
/// ConfigError, DataError, RunError.
std::unique_ptr<TrainingState> set_up_training(RunConfig config, RunContext context);

}  // namespace pixelsail
