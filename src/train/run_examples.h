#pragma once

/// How a run reads its data.

#include "data/example_builder.h"
#include "train/config.h"

namespace pixelsail {

/// What turns samples into examples of the run's model: its tokenizer, preprocessing and chat. `config.model` is complete
/// (init_from's where the file leaves it out). Throws DataError for a tokenizer that cannot be read or lacks tokens.
ExampleBuilder run_example_builder(const RunConfig& config);

}  // namespace pixelsail
