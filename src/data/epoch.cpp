#include "data/epoch.h"

#include <algorithm>
#include <limits>

#include "data/mixture.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

/// Place of the stream from which on a data set is drawn: of the first block that begins behind start_sample.
double joins_at(const DatasetConfig& dataset) {
  const std::int64_t block = Mixture::kBlock;
  const std::int64_t blocks = (dataset.start_sample + block - 1) / block;
  return static_cast<double>(blocks * block);
}

double weight_at(std::span<const DatasetConfig> datasets, double place) {
  double sum = 0;
  for (const DatasetConfig& dataset : datasets) sum += joins_at(dataset) <= place ? dataset.weight : 0;
  return sum;
}

/// Where the stream has given `wanted` samples of one data set. `borders`: where any of them joins, ascending.
double place_after(const DatasetConfig& dataset, double wanted, std::span<const DatasetConfig> datasets,
                   const std::vector<double>& borders) {
  double given = 0;
  for (std::size_t i = 0; i < borders.size(); ++i) {
    if (borders[i] < joins_at(dataset)) continue;
    const double share = dataset.weight / weight_at(datasets, borders[i]);
    const double end = i + 1 < borders.size() ? borders[i + 1] : std::numeric_limits<double>::infinity();
    const double place = borders[i] + (wanted - given) / share;
    if (place <= end) return place;
    given += share * (end - borders[i]);
  }
  return 0;
}

}  // namespace

double samples_of_epochs(std::span<const DatasetConfig> datasets, std::span<const std::int64_t> sizes,
                         double epochs) {
  if (!(weight_at(datasets, 0) > 0))
    throw ConfigError("no data set with a weight above 0 begins at sample 0: an epoch has no length");
  std::vector<double> borders;
  for (const DatasetConfig& dataset : datasets) borders.push_back(joins_at(dataset));
  std::ranges::sort(borders);
  borders.erase(std::unique(borders.begin(), borders.end()), borders.end());
  double longest = 0;
  for (std::size_t d = 0; d < datasets.size(); ++d) {
    if (!(datasets[d].weight > 0)) continue;
    const double wanted = epochs * static_cast<double>(sizes[d]);
    longest = std::max(longest, place_after(datasets[d], wanted, datasets, borders));
  }
  return longest;
}

}  // namespace pixelsail
