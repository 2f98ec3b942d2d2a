#pragma once

/// RefCOCO, RefCOCO+, RefCOCOg and gRefCOCO by the published rules, for training with masks.

#include <memory>

#include "data/dataset.h"

namespace pixelsail::detail {

/// One sample is a picture; five of its entries are asked for, with repetitions. `config.kind` is the benchmark.
std::unique_ptr<Dataset> make_refer_segments(const DatasetConfig& config, const DataConfig& data);

}  // namespace pixelsail::detail
