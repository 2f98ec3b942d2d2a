#pragma once

/// Uncertainty of scores by the bootstrap (Efron 1979): the units of a result are drawn with replacement, as
/// many as there are (of each stratum, where a result has several), and scored again. Percentile intervals;
/// the same seed gives the same draws.

#include <cstdint>
#include <vector>

#include "benchmarks/score_result.h"

namespace pixelsail {

struct BootstrapOptions {
  /// Draws; 0: no intervals.
  std::int64_t resamples = 1000;
  std::uint64_t seed = 0;
};

struct Interval {
  double low = 0, high = 0;
};

/// The 95 % interval of each of `result.metrics`, in their order; empty without resamples or without units.
std::vector<Interval> bootstrap_intervals(const ScoreResult& result, const BootstrapOptions& options);

/// {"<metric>":[low,high],..} as "confidence_95" of `result.json`, with "bootstrap_samples"; nothing without
/// intervals.
void add_intervals(ScoreResult& result, const BootstrapOptions& options);

/// Two systems on the same samples.
struct PairedDifference {
  double a = 0, b = 0;
  /// 95 % interval of b - a over draws that both share.
  Interval difference;
  /// Two-sided: twice the smaller share of draws in which b - a is not above, or not below, zero (at most 1).
  double p_value = 1;
};

/// One for each metric. Throws DataError when the results have different metrics or numbers of units.
std::vector<PairedDifference> paired_bootstrap(const ScoreResult& a, const ScoreResult& b,
                                               const BootstrapOptions& options);

}  // namespace pixelsail
