#pragma once

/// How many records the published files have.

#include <cstdint>
#include <optional>

#include "data/config.h"

namespace pixelsail {

/// Samples of the published training split of a kind; nothing for other splits and where it is not known.
std::optional<std::int64_t> published_records(const DatasetConfig& config);

}  // namespace pixelsail
