#pragma once

/// The data of a training configuration, as the training reads it.

#include <cstdint>

#include "data/config.h"
#include "data/example_builder.h"

namespace pixelsail {

struct TrainingData {
  DataConfig config;
  ExampleBuilder builder;
  std::uint64_t seed = 1;
};

}  // namespace pixelsail
