#pragma once

/// The training loop: loader -> step -> log, with checkpoints from which a run continues exactly.
///
/// Files in output_dir: config.yaml (resolved), log.jsonl, eval.jsonl, loss.png, tensorboard/,
/// checkpoints/step_<n>/ (a model folder plus trainer/), final/ (a model folder).

#include <atomic>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "checkpoint/checkpoint.h"
#include "core/log.h"
#include "train/config.h"

namespace pixelsail {

struct TrainerHooks {
  Logger* log = nullptr;
  /// Set from a signal handler: the run saves a checkpoint after the current step and ends.
  const std::atomic<bool>* stop = nullptr;
  /// Evaluates the model in memory; its object is written to eval.jsonl. Null: no evaluation.
  std::function<nlohmann::ordered_json(const LoadedModel&, std::int64_t step)> evaluate;
};

/// What a dry run found.
struct DryRunReport {
  std::int64_t parameters = 0;
  std::int64_t trained = 0;  ///< of them, adapter and distillation layers included
  std::int64_t steps = 0;
  double step_s = 0;             ///< of the timed steps
  double total_s = 0;            ///< estimated for the whole run
  std::int64_t peak_memory = 0;  ///< bytes, resident
  std::vector<std::pair<std::string, std::int64_t>> dataset_sizes;
};

class Trainer {
 public:
  /// Reads tokenizer and annotations, builds the model. `resolved_config` is the text of config.yaml.
  Trainer(TrainerConfig config, std::string resolved_config, TrainerHooks hooks);
  ~Trainer();

  /// Trains to the end, or until `stop`. Returns whether the run is complete. With `resume` it continues from
  /// the newest checkpoint (or begins when there is none); without, a folder that already has checkpoints is
  /// a ConfigError.
  bool run(bool resume);

  /// Times a few steps without writing anything.
  DryRunReport dry_run();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pixelsail
