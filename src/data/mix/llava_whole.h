#pragma once

/// LLaVA's instruction data by the published rules: one sample is one record, its whole conversation in order.

#include <memory>

#include "data/dataset.h"

namespace pixelsail::detail {

/// ROOT/llava/llava_v1_5_mix665k.json for the split train, else llava_<split>.json; or the root is the file.
std::unique_ptr<Dataset> make_llava_whole(const DatasetConfig& config, const DataConfig& data);

}  // namespace pixelsail::detail
