#include "data/example_source.h"

#include "pixelsail/error.h"

namespace pixelsail {

ExampleSource::ExampleSource(const DataConfig& config, ExampleBuilder builder)
    : builder_(std::move(builder)) {
  for (const DatasetConfig& dataset : config.datasets) datasets_.push_back(make_dataset(dataset, config));
  for (std::size_t i = 0; i < config.teachers.size(); ++i) {
    const TeacherConfig& teacher = config.teachers[i];
    if (teacher.dir.empty() && teacher.module.empty()) {
      throw ConfigError("data.teachers[" + std::to_string(i) +
                        "]: dir or module is needed: a folder of features, or what makes them");
    }
    Teacher& made = teachers_.emplace_back();
    if (!teacher.dir.empty())
      made.cache = std::make_unique<TeacherCache>(std::filesystem::path(config.root) / teacher.dir);
    if (teacher.module.empty()) continue;
    made.spec = read_teacher_spec(teacher.module);
    builder_.keep_picture = true;
    if (made.cache && made.cache->channels() != made.spec->channels) {
      throw ConfigError("data.teachers[" + std::to_string(i) + "]: the folder has features of " +
                        std::to_string(made.cache->channels()) + " channels, the module makes " +
                        std::to_string(made.spec->channels));
    }
  }
}

void ExampleSource::add_teachers(const Sample& sample, Example& example) const {
  for (const Teacher& teacher : teachers_) {
    auto& map = example.teachers.emplace_back();
    auto& picture = example.teacher_pictures.emplace_back();
    // A picture that the model does not see (EVE shows none without its mark) teaches nothing.
    if (example.image_height == 0) continue;
    if (teacher.cache && !sample.image_key.empty()) map = teacher.cache->find(sample.image_key);
    if (!map && teacher.spec && example.picture)
      picture = std::make_shared<const Image>(teacher_picture(*example.picture, *teacher.spec));
  }
  example.picture = nullptr;
}

Example ExampleSource::make(const Mixture::Item& item, Rng& rng) const {
  const Sample sample = datasets_[item.dataset]->get(item.index, rng);
  Example example = builder_.build(sample);
  add_teachers(sample, example);
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
