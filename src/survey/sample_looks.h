#pragma once

/// Every sample of a data set once.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "survey/dataset_check.h"

namespace pixelsail::detail {

struct SampleLooks {
  std::int64_t looked_at = 0;
  std::map<std::string, DatasetCheck::Fault> faults;
  std::map<std::string, std::int64_t> notes;
  std::vector<std::int64_t> tokens, scored_tokens, masks;
};

/// Makes the first `count` samples on several threads. Random choices come from (seed, name, index) alone.
SampleLooks look_at_samples(const Dataset& dataset, const ExampleBuilder& builder, std::int64_t count,
                            std::uint64_t seed, const DataCheckOptions& options);

}  // namespace pixelsail::detail
