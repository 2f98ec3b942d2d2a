#include "data/example_source.h"

#include <filesystem>
#include <map>

#include "pixelsail/error.h"

namespace pixelsail {
namespace {

/// `number` of the teacher is for the message.
std::shared_ptr<const TeacherCache> open_features(const std::filesystem::path& folder,
                                                  const std::optional<TeacherSpec>& spec,
                                                  std::size_t number) {
  auto cache = std::make_shared<const TeacherCache>(folder);
  if (spec && cache->channels() != spec->channels) {
    throw ConfigError("data.teachers[" + std::to_string(number) + "]: " + folder.string() +
                      " has features of " + std::to_string(cache->channels()) +
                      " channels, the module makes " + std::to_string(spec->channels));
  }
  return cache;
}

}  // namespace

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
    if (!teacher.module.empty()) {
      made.spec = read_teacher_spec(teacher.module);
      builder_.keep_picture = true;
    }
    if (teacher.dir.empty()) continue;
    std::map<std::filesystem::path, std::shared_ptr<const TeacherCache>> opened;
    for (const DatasetConfig& dataset : config.datasets) {
      const std::filesystem::path folder = features_folder(teacher, dataset, config);
      auto& cache = opened[folder];
      if (!cache) cache = open_features(folder, made.spec, i);
      made.caches.push_back(cache);
    }
  }
}

void ExampleSource::add_teachers(const Sample& sample, std::size_t dataset, Example& example) const {
  for (const Teacher& teacher : teachers_) {
    auto& map = example.teachers.emplace_back();
    auto& picture = example.teacher_pictures.emplace_back();
    // A picture that the model does not see (EVE shows none without its mark) teaches nothing.
    if (example.image_height == 0) continue;
    if (!teacher.caches.empty() && !sample.image_key.empty())
      map = teacher.caches[dataset]->find(sample.image_key);
    if (!map && teacher.spec && example.picture)
      picture = std::make_shared<const Image>(teacher_picture(*example.picture, *teacher.spec));
  }
  example.picture = nullptr;
}

Example ExampleSource::make(const Mixture::Item& item, Rng& rng) const {
  const Sample sample = datasets_[item.dataset]->get(item.index, rng);
  Example example = builder_.build(sample);
  add_teachers(sample, item.dataset, example);
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
