#include "data/dataset.h"

#include <algorithm>
#include <numeric>

#include "pixelsail/error.h"

namespace pixelsail {
namespace {

/// The first samples of another data set.
class FirstSamples : public Dataset {
 public:
  FirstSamples(std::unique_ptr<Dataset> all, std::int64_t limit)
      : all_(std::move(all)), size_(std::min(limit, all_->size())) {}
  const std::string& name() const override { return all_->name(); }
  std::int64_t size() const override { return size_; }
  Sample get(std::int64_t index, Rng& rng) const override { return all_->get(index, rng); }

 private:
  std::unique_ptr<Dataset> all_;
  std::int64_t size_;
};

}  // namespace

std::vector<std::string> dataset_kinds() {
  return row_names(dataset_rows());
}

std::unique_ptr<Dataset> make_dataset(const DatasetConfig& config, const DataConfig& data) {
  const DatasetRow& row = find_row(dataset_rows(), config.kind, "data set kind");
  if (config.turns_per_sample < 1) throw ConfigError(config.kind + ": turns_per_sample must be at least 1");
  if (config.limit < 0) throw ConfigError(config.kind + ": limit must not be negative");
  auto dataset = row.make(config, data);
  if (config.limit > 0) dataset = std::make_unique<FirstSamples>(std::move(dataset), config.limit);
  return dataset;
}

namespace detail {

std::filesystem::path dataset_root(const DatasetConfig& config, const DataConfig& data) {
  return config.root.empty() ? data.root : config.root;
}

std::vector<std::size_t> draw(std::size_t n, std::size_t count, Rng& rng) {
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  count = std::min(count, n);
  for (std::size_t i = 0; i < count; ++i)
    std::swap(order[i], order[i + static_cast<std::size_t>(rng.below(n - i))]);
  order.resize(count);
  return order;
}

}  // namespace detail
}  // namespace pixelsail
