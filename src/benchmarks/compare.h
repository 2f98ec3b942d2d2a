#pragma once

/// Per-sample files, and which of two systems is better on the same samples.
///
/// A per-sample file has one JSON object a line: {"id":"..","unit":n, members of the benchmark..}. It holds
/// enough to be compared on its own: the mean of every member that is a number, and cIoU where "intersection"
/// and "union" are there.

#include <filesystem>

#include "benchmarks/bootstrap.h"
#include "benchmarks/score_result.h"

namespace pixelsail {

/// Complete or not at all. Throws RunError when it cannot be written.
void write_per_sample(const std::filesystem::path& path, const ScoreResult& result);

/// Two per-sample files as results whose samples stand in the order of the first. Throws DataError naming
/// file and line for broken lines, and ids that only one of them has.
std::pair<ScoreResult, ScoreResult> read_per_sample(const std::filesystem::path& a,
                                                    const std::filesystem::path& b);

/// {"samples":..,"metrics":{name:{"a","b","difference","confidence_95","p_value"}},"differ_most":[..]}: the
/// `shown` samples whose first number differs most, largest difference first, ties in the order of the
/// samples. Throws DataError when the results are not about the same samples.
OrderedJson compare_results(const ScoreResult& a, const ScoreResult& b, const BootstrapOptions& options,
                            std::size_t shown = 20);

}  // namespace pixelsail
