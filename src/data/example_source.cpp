#include "data/example_source.h"

namespace pixelsail {

ExampleSource::ExampleSource(const DataConfig& config, ExampleBuilder builder)
    : builder_(std::move(builder)) {
  for (const DatasetConfig& dataset : config.datasets) datasets_.push_back(make_dataset(dataset, config));
  for (const TeacherConfig& teacher : config.teachers) {
    teachers_.push_back(std::make_unique<TeacherCache>(std::filesystem::path(config.root) / teacher.dir));
  }
}

Example ExampleSource::make(const Mixture::Item& item, Rng& rng) const {
  const Sample sample = datasets_[item.dataset]->get(item.index, rng);
  Example example = builder_.build(sample);
  for (const auto& teacher : teachers_) {
    example.teachers.push_back(sample.image_key.empty() ? std::nullopt : teacher->find(sample.image_key));
  }
  return example;
}

Mixture make_mixture(const DataConfig& config, const ExampleSource& source, std::uint64_t seed) {
  std::vector<double> weights;
  std::vector<std::int64_t> sizes, starts;
  for (std::size_t d = 0; d < config.datasets.size(); ++d) {
    weights.push_back(config.datasets[d].weight);
    sizes.push_back(source.datasets()[d]->size());
    starts.push_back(config.datasets[d].start_sample);
  }
  return {std::move(weights), std::move(sizes), seed, std::move(starts)};
}

}  // namespace pixelsail
