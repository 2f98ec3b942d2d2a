#pragma once

/// Evaluation between the steps of a training job.

#include "jobs/train_job.h"

namespace pixelsail {

/// Reads the questions now, and later scores the model in memory; the answers are left in
/// output_dir/eval_predictions.jsonl.
decltype(TrainerHooks::evaluate) validation_of(const TrainJob& job);

}  // namespace pixelsail
