#include "benchmarks/bootstrap.h"

#include <algorithm>
#include <cmath>

#include "core/rng.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

/// Calls `use` with the weights of each draw.
template <class Use>
void for_each_draw(const ScoreResult& result, const BootstrapOptions& options, const Use& use) {
  const std::vector<std::size_t> strata =
      result.strata.empty() ? std::vector<std::size_t>{result.units} : result.strata;
  Rng rng(options.seed, "bootstrap");
  std::vector<std::uint32_t> weights(result.units);
  for (std::int64_t i = 0; i < options.resamples; ++i) {
    std::ranges::fill(weights, 0);
    std::size_t first = 0;
    for (const std::size_t size : strata) {
      for (std::size_t k = 0; k < size; ++k) ++weights.at(first + rng.below(size));
      first += size;
    }
    use(weights);
  }
}

/// The value that a share `q` of sorted `values` lies below, interpolated between neighbours.
double quantile(const std::vector<double>& values, double q) {
  const double position = q * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, values.size() - 1);
  return std::lerp(values[below], values[above], position - std::floor(position));
}

Interval interval_of(std::vector<double>& values) {
  std::ranges::sort(values);
  constexpr double kTail = 0.025;
  return {quantile(values, kTail), quantile(values, 1 - kTail)};
}

double two_sided(const std::vector<double>& differences) {
  std::size_t not_above = 0, not_below = 0;
  for (const double difference : differences) {
    not_above += difference <= 0;
    not_below += difference >= 0;
  }
  return std::min(1.0, 2.0 * static_cast<double>(std::min(not_above, not_below)) /
                           static_cast<double>(differences.size()));
}

}  // namespace

std::vector<Interval> bootstrap_intervals(const ScoreResult& result, const BootstrapOptions& options) {
  if (options.resamples <= 0 || result.units == 0 || result.metrics.empty()) return {};
  std::vector<std::vector<double>> values(result.metrics.size());
  for_each_draw(result, options, [&](const std::vector<std::uint32_t>& weights) {
    const std::vector<double> drawn = result.draw(weights);
    for (std::size_t m = 0; m < values.size(); ++m) values[m].push_back(drawn.at(m));
  });
  std::vector<Interval> intervals;
  for (auto& metric : values) intervals.push_back(interval_of(metric));
  return intervals;
}

void add_intervals(ScoreResult& result, const BootstrapOptions& options) {
  const std::vector<Interval> intervals = bootstrap_intervals(result, options);
  if (intervals.empty()) return;
  OrderedJson json;
  for (std::size_t m = 0; m < intervals.size(); ++m)
    json[result.metrics[m]] = {intervals[m].low, intervals[m].high};
  result.json["confidence_95"] = std::move(json);
  result.json["bootstrap_samples"] = options.resamples;
}

std::vector<PairedDifference> paired_bootstrap(const ScoreResult& a, const ScoreResult& b,
                                               const BootstrapOptions& options) {
  if (a.metrics != b.metrics || a.units != b.units)
    throw DataError("the two results are not about the same samples and metrics");
  const std::vector<double> whole_a = draw_all(a.draw, a.units), whole_b = draw_all(b.draw, b.units);
  std::vector<PairedDifference> results(a.metrics.size());
  for (std::size_t m = 0; m < results.size(); ++m) {
    const double difference = whole_b[m] - whole_a[m];
    results[m] = {.a = whole_a[m], .b = whole_b[m], .difference = {difference, difference}};
  }
  if (options.resamples <= 0 || a.units == 0) return results;
  std::vector<std::vector<double>> differences(results.size());
  for_each_draw(a, options, [&](const std::vector<std::uint32_t>& weights) {
    const std::vector<double> drawn_a = a.draw(weights), drawn_b = b.draw(weights);
    for (std::size_t m = 0; m < results.size(); ++m) differences[m].push_back(drawn_b[m] - drawn_a[m]);
  });
  for (std::size_t m = 0; m < results.size(); ++m) {
    results[m].p_value = two_sided(differences[m]);
    results[m].difference = interval_of(differences[m]);
  }
  return results;
}

}  // namespace pixelsail
