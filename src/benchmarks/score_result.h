#pragma once

/// What every benchmark hands over: its scores, the samples they are made of, and a way to score any draw of
/// them again (for intervals and comparisons).

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "io/json.h"

namespace pixelsail {

/// One scored sample.
struct ScoredSample {
  std::string id;
  /// The part of the data that is drawn as a whole by the bootstrap (an image with all its questions, the
  /// rolls of one question); most benchmarks have one sample a unit.
  std::size_t unit = 0;
  /// Further members of its line in the per-sample file. Numbers that say how good the sample is come under
  /// the names of metrics ("iou", "meteor", "correct" as 0 or 1); the first of them is the one comparisons
  /// sort by.
  OrderedJson detail = OrderedJson::object();
};

/// Values of the metrics, in the order of their names, when unit i is drawn `weights[i]` times.
using ScoreDraw = std::function<std::vector<double>(std::span<const std::uint32_t> weights)>;

struct ScoreResult {
  /// The object that is printed: "benchmark", the options and data that decide, the metrics under their
  /// names, counts and breakdowns.
  OrderedJson json = OrderedJson::object();
  /// Names of the metrics that get an interval; `draw` returns as many values.
  std::vector<std::string> metrics;
  std::size_t units = 0;
  /// Units of each part of the data, in their order, when a draw takes as many from each as it has (the parts
  /// of PerBench); empty: all units are one part.
  std::vector<std::size_t> strata;
  ScoreDraw draw;
  std::vector<ScoredSample> samples;
};

/// A metric that depends on the samples only through sums: `rows` holds `width` numbers a unit, `finish`
/// makes the metrics of their (weighted) sums. Throws std::invalid_argument when `rows` is no multiple of
/// `width`.
ScoreDraw additive_draw(std::size_t width, std::vector<double> rows,
                        std::function<std::vector<double>(std::span<const double> sums)> finish);

/// `draw` with every unit once.
std::vector<double> draw_all(const ScoreDraw& draw, std::size_t units);

/// Values of all metrics, by name.
std::vector<std::pair<std::string, double>> metric_values(const ScoreResult& score);

}  // namespace pixelsail
