#pragma once

/// The data sets of a mixture, whose samples become examples with their teacher maps.

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "data/dataset.h"
#include "data/example_builder.h"
#include "data/mixture.h"
#include "data/teacher_cache.h"

namespace pixelsail {

class ExampleSource {
 public:
  /// Reads all annotations at once; throws as make_dataset() and TeacherCache do.
  ExampleSource(const DataConfig& config, ExampleBuilder builder);

  const std::vector<std::unique_ptr<Dataset>>& datasets() const { return datasets_; }

  /// Thread-safe; random choices in the sample come from `rng`. Throws DataError for a sample that cannot be
  /// used.
  Example make(const Mixture::Item& item, Rng& rng) const;

 private:
  ExampleBuilder builder_;
  std::vector<std::unique_ptr<Dataset>> datasets_;
  std::vector<std::unique_ptr<TeacherCache>> teachers_;
};

/// The mixture of these data sets by the weights and starts of the configuration.
Mixture make_mixture(const DataConfig& config, const ExampleSource& source, std::uint64_t seed);

}  // namespace pixelsail
