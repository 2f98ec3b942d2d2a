#pragma once

/// What a run will cost, before it begins.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "model/training_memory.h"
#include "train/setup.h"

namespace pixelsail {

struct DryRunReport {
  std::int64_t parameters = 0;
  std::int64_t trained = 0;  ///< of them, adapter and distillation layers included
  std::int64_t steps = 0;
  std::string length;            ///< RunLength::note
  double step_s = 0;             ///< of the timed steps
  double total_s = 0;            ///< estimated for the whole run
  std::int64_t peak_memory = 0;  ///< bytes on the device; on the CPU, resident
  std::vector<MemoryPart>
      memory;  ///< what of it is foreseen for a micro-batch as large as those of the last step
  std::vector<std::pair<std::string, std::int64_t>> dataset_sizes;
};

/// Times a few steps without writing anything; the weights are not worth keeping afterwards.
DryRunReport dry_run(TrainingState& run);

}  // namespace pixelsail
