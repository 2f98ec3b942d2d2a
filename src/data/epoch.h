#pragma once

/// How long an epoch of a mixture is.

#include <cstdint>
#include <span>
#include <vector>

#include "data/config.h"

namespace pixelsail {

/// Samples of the stream after which, by the planned shares, every data set with a weight has been gone through `epochs`
/// times; the others have been visited more often. With weights that are copies x records of published recipes, where
/// one set has a single copy, this is the sum of the weights; of one data set it is its size. `sizes`: samples of each.
/// Throws ConfigError when no data set has a weight, or none of those that have begins at sample 0.
double samples_of_epochs(std::span<const DatasetConfig> datasets, std::span<const std::int64_t> sizes,
                         double epochs);

}  // namespace pixelsail
