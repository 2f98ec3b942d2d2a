#include "data/dataset.h"

#include <algorithm>

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
  Sample make(std::int64_t index, Draws& draws) const override { return all_->make(index, draws); }
  std::vector<std::pair<std::string, std::int64_t>> left_out() const override { return all_->left_out(); }

 private:
  std::unique_ptr<Dataset> all_;
  std::int64_t size_;
};

}  // namespace

std::vector<std::string> dataset_kinds() {
  return row_names(dataset_rows());
}

Sample Dataset::get(std::int64_t index, Rng& rng) const {
  RngDraws draws(rng);
  return make(index, draws);
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

bool by_published_rules(const DatasetConfig& config, std::string_view usual, std::string_view only) {
  const std::string_view rules = config.rules.empty() ? usual : std::string_view(config.rules);
  if (!only.empty() && rules != only)
    throw ConfigError(config.kind + ": rules can only be " + std::string(only) + " here");
  if (rules != "published" && config.texts != "published")
    throw ConfigError(config.kind + ": texts has a meaning with rules: published only");
  return rules == "published";
}

}  // namespace detail
}  // namespace pixelsail
