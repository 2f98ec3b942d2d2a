#pragma once

/// What a checkpoint holds beside the model: optimizer, distillation layers, loader position, counters.

#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "loss/objective.h"
#include "train/optimizer.h"

namespace pixelsail {

/// Counts over the whole run, restored on resume.
struct TrainCounters {
  std::int64_t step = 0;  ///< steps done
  std::int64_t samples = 0, tokens = 0;
  std::int64_t skipped = 0;         ///< samples that could not be read
  std::int64_t seg_mismatches = 0;  ///< samples whose mask loss was dropped
  /// How many of the skipped ones for each name of a reason (data/unusable.h).
  std::map<std::string, std::int64_t> skipped_by_reason;
};

void save_trainer_state(const std::filesystem::path& folder, const Optimizer& optimizer,
                        const ObjectiveImpl& objective, const nlohmann::json& loader_state,
                        const TrainCounters& counters);

/// Restores optimizer and distillation layers; returns the loader's state. Throws DataError naming the file.
nlohmann::json load_trainer_state(const std::filesystem::path& folder, Optimizer& optimizer,
                                  ObjectiveImpl& objective, TrainCounters& counters);

}  // namespace pixelsail
