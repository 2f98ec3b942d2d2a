#pragma once

/// How far a training has come.

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>

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

nlohmann::ordered_json counters_to_json(const TrainCounters& counters);

/// Throws DataError naming `where` for a count that is missing, no whole number or negative.
TrainCounters counters_from_json(const nlohmann::json& state, const std::string& where);

}  // namespace pixelsail
