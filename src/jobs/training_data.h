#pragma once

/// The data of a training job, without the model.

#include <filesystem>
#include <string>
#include <vector>

#include "core/log.h"
#include "survey/training_data.h"

namespace pixelsail {

/// Of a file that pixelsail-train reads; overrides are "key.path=value". Synthetic data are written where the file wants
/// them and they are missing. Throws ConfigError naming the place, DataError.
TrainingData read_training_data(const std::filesystem::path& file, const std::vector<std::string>& overrides,
                                Logger* log);

}  // namespace pixelsail
