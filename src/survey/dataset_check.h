#pragma once

/// Looks through the data of a training before it begins: every sample is made as the training makes it, with its
/// picture, masks and tokens, and what cannot be used is counted by its reason.

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "survey/spread.h"
#include "survey/training_data.h"

namespace pixelsail {

struct DatasetCheck {
  std::string kind, split, root;
  /// Why the data set cannot be read at all; empty: it can, and the rest says what is in it.
  std::string error;
  std::int64_t records = 0;  ///< samples of the data set; lines of a folder
  std::int64_t looked_at = 0;
  std::optional<std::int64_t> published;  ///< records of the published file, where they are known
  /// What is wrong, by the name of the reason (docs/datasets.md), and the first places of each.
  struct Fault {
    std::int64_t count = 0;
    std::vector<std::string> first;
  };
  std::map<std::string, Fault> faults;
  std::map<std::string, std::int64_t> left_out_when_read, notes;
  Spread tokens, scored_tokens, masks;  ///< of the samples that can be used

  std::int64_t unusable() const;
  double dropped_share() const {
    return looked_at == 0 ? 0 : static_cast<double>(unusable()) / static_cast<double>(looked_at);
  }
};

struct TeacherCheck {
  std::string slot, folder;
  std::string module;  ///< name of the one that runs during the training; empty: none
  std::int64_t images = 0;
  std::string error;
};

struct DataCheck {
  std::vector<DatasetCheck> datasets;
  std::vector<TeacherCheck> teachers;
  bool has_faults() const;
};

struct DataCheckOptions {
  std::int64_t limit = 0;  ///< samples of each data set; 0: all
  std::int64_t threads = 1;
  /// Called while samples are looked at, from any thread but one at a time.
  std::function<void(const std::string& name, std::int64_t done, std::int64_t total)> progress;
  const std::atomic<bool>* stop = nullptr;  ///< ends the work early; what was found so far is returned
};

inline constexpr std::size_t kFirstFaults = 5;

/// The result does not depend on the number of threads. Throws ConfigError for settings without meaning.
DataCheck check_training_data(const TrainingData& data, const DataCheckOptions& options = {});

}  // namespace pixelsail
