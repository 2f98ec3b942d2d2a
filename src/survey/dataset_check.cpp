#include "survey/dataset_check.h"

#include <algorithm>

#include "data/dataset.h"
#include "data/teacher_cache.h"
#include "data/teacher_spec.h"
#include "survey/published_counts.h"
#include "survey/sample_looks.h"

namespace pixelsail {
namespace {

bool is_stopped(const DataCheckOptions& options) {
  return options.stop != nullptr && options.stop->load();
}

std::int64_t looked_at(const Dataset& dataset, const DataCheckOptions& options) {
  return options.limit > 0 ? std::min(options.limit, dataset.size()) : dataset.size();
}

void take_faults(const Dataset& dataset, detail::SampleLooks looks, DatasetCheck& check) {
  check.records = dataset.size();
  check.looked_at = looks.looked_at;
  check.faults = std::move(looks.faults);
  for (const auto& [reason, count] : dataset.left_out()) check.left_out_when_read[reason] += count;
}

void take_sizes(detail::SampleLooks looks, DatasetCheck& check) {
  check.notes = std::move(looks.notes);
  check.tokens = spread_of(std::move(looks.tokens));
  check.scored_tokens = spread_of(std::move(looks.scored_tokens));
  check.masks = spread_of(std::move(looks.masks));
}

DatasetCheck check_dataset(const DatasetConfig& config, const TrainingData& data,
                           const DataCheckOptions& options) {
  DatasetCheck check{.kind = config.kind,
                     .split = config.split,
                     .root = config.root.empty() ? data.config.root : config.root};
  check.published = published_records(config);
  try {
    const std::unique_ptr<Dataset> dataset = make_dataset(config, data.config);
    detail::SampleLooks looks =
        detail::look_at_samples(*dataset, data.builder, looked_at(*dataset, options), data.seed, options);
    // A sample of several lines shows some of them at a visit: for faults each line is looked at alone.
    if (config.kind == "folder" && config.turns_per_sample > 1) {
      DatasetConfig single = config;
      single.turns_per_sample = 1;
      const std::unique_ptr<Dataset> lines = make_dataset(single, data.config);
      DataCheckOptions by_line = options;
      if (options.progress) {
        by_line.progress = [&options](const std::string& name, std::int64_t done, std::int64_t total) {
          options.progress(name + " by lines", done, total);
        };
      }
      take_faults(
          *lines,
          detail::look_at_samples(*lines, data.builder, looked_at(*lines, options), data.seed, by_line),
          check);
    } else {
      take_faults(*dataset, looks, check);
    }
    take_sizes(std::move(looks), check);
  } catch (const DataError& error) {
    check.error = error.what();
  }
  return check;
}

/// `folder` may be empty.
TeacherCheck check_teacher(const TeacherConfig& config, const std::filesystem::path& folder) {
  TeacherCheck check{.slot = config.slot};
  try {
    if (!config.module.empty()) check.module = read_teacher_spec(config.module).name;
    if (folder.empty()) return check;
    check.folder = folder.string();
    check.images = TeacherCache(folder).size();
  } catch (const Error& error) {
    check.error = error.what();
  }
  return check;
}

}  // namespace

std::int64_t DatasetCheck::unusable() const {
  std::int64_t sum = 0;
  for (const auto& [reason, fault] : faults) sum += fault.count;
  return sum;
}

bool DataCheck::has_faults() const {
  return std::ranges::any_of(datasets,
                             [](const auto& one) { return !one.error.empty() || !one.faults.empty(); }) ||
         std::ranges::any_of(teachers, [](const auto& one) { return !one.error.empty(); });
}

DataCheck check_training_data(const TrainingData& data, const DataCheckOptions& options) {
  DataCheck check;
  for (const TeacherConfig& teacher : data.config.teachers) {
    const std::vector<std::filesystem::path> no_folder(1);
    for (const auto& folder : teacher.dir.empty() ? no_folder : features_folders(teacher, data.config))
      check.teachers.push_back(check_teacher(teacher, folder));
  }
  for (const DatasetConfig& dataset : data.config.datasets) {
    if (is_stopped(options)) break;
    check.datasets.push_back(check_dataset(dataset, data, options));
  }
  return check;
}

}  // namespace pixelsail
