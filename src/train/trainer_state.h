#pragma once

/// What a checkpoint holds beside the model: optimizer, distillation layers, loader position, counters.

#include <filesystem>
#include <nlohmann/json.hpp>

#include "loss/objective.h"
#include "train/optimizer.h"
#include "train/trainer_counters.h"

namespace pixelsail {

void save_trainer_state(const std::filesystem::path& folder, const Optimizer& optimizer,
                        const ObjectiveImpl& objective, const nlohmann::json& loader_state,
                        const TrainCounters& counters);

/// Restores optimizer and distillation layers; returns the loader's state. Throws DataError naming the file.
nlohmann::json load_trainer_state(const std::filesystem::path& folder, Optimizer& optimizer,
                                  ObjectiveImpl& objective, TrainCounters& counters);

}  // namespace pixelsail
