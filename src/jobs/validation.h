#pragma once

/// Evaluation between the steps of a training job.

#include "jobs/train_job.h"

namespace pixelsail {

struct Validation {
  decltype(TrainerHooks::evaluate) evaluate;
  WatchedScore watched;
};

/// Reads the questions now, and later scores the model in memory; the answers are left in
/// output_dir/eval_predictions.jsonl. Throws ConfigError for an eval.metric that the benchmark does not have.
Validation validation_of(const TrainJob& job);

}  // namespace pixelsail
