#pragma once

/// Examples of the data room -> tensors of the model room.

#include "data/example.h"
#include "train/step.h"

namespace pixelsail {

/// Patches and teacher maps stay where the batch has them, and live as long as a tensor needs them.
/// `teacher_slots` names the teachers in the order of Example::teachers.
MicroBatch to_micro_batch(const Batch& batch, const std::vector<std::string>& teacher_slots,
                          const ModelConfig& model);

}  // namespace pixelsail
