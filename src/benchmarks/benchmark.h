#pragma once

/// The benchmarks that predictions can be scored for, by name.

#include <string>
#include <string_view>
#include <vector>

#include "benchmarks/score_request.h"
#include "benchmarks/score_result.h"

namespace pixelsail {

/// Names in the order of the documentation.
std::vector<std::string> benchmark_names();

/// Scores `request.predictions`. Throws ConfigError for an unknown benchmark (listing the known ones) or an
/// option the benchmark needs and lacks, DataError for annotations or predictions that are missing, broken or
/// do not fit.
ScoreResult score_benchmark(const ScoreRequest& request);

}  // namespace pixelsail
