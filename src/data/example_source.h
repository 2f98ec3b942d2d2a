#pragma once

/// The data sets of a mixture, whose samples become examples with their teacher maps, or with the pictures that teachers
/// make them of.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "data/dataset.h"
#include "data/example_builder.h"
#include "data/mixture.h"
#include "data/teacher_cache.h"
#include "data/teacher_spec.h"

namespace pixelsail {

class ExampleSource {
 public:
  /// Reads all annotations at once; throws as make_dataset(), TeacherCache and read_teacher_spec() do.
  ExampleSource(const DataConfig& config, ExampleBuilder builder);

  const std::vector<std::unique_ptr<Dataset>>& datasets() const { return datasets_; }

  /// Thread-safe; random choices in the sample come from `rng`. Throws DataError for a sample that cannot be
  /// used.
  Example make(const Mixture::Item& item, Rng& rng) const;

 private:
  /// A folder of features, a module that makes what the folder lacks, or both.
  struct Teacher {
    /// One for each data set, the same for those of one root; empty without a folder.
    std::vector<std::shared_ptr<const TeacherCache>> caches;
    std::optional<TeacherSpec> spec;
  };
  void add_teachers(const Sample& sample, std::size_t dataset, Example& example) const;

  ExampleBuilder builder_;
  std::vector<std::unique_ptr<Dataset>> datasets_;
  std::vector<Teacher> teachers_;
};

/// The mixture of these data sets by the weights and starts of the configuration.
Mixture make_mixture(const DataConfig& config, const ExampleSource& source, std::uint64_t seed);

}  // namespace pixelsail
