#pragma once

/// Teachers that run during a training, on the pictures that have no cached features.

#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "data/example.h"
#include "teach/module.h"
#include "train/config.h"

namespace pixelsail {

struct MicroBatch;
struct SampleTarget;

/// What happened to the maps of a step, on this rank.
struct TeacherCounts {
  std::int64_t hits = 0;      ///< came from a folder of features
  std::int64_t computed = 0;  ///< by a module
  std::int64_t missing = 0;   ///< of pictures that a teacher says nothing about
  double seconds = 0;         ///< in which modules ran
};

class OnlineTeachers {
 public:
  OnlineTeachers() = default;
  /// Loads the modules of data.teachers to the training's device. `bf16`: they run under autocast, as the training does.
  /// Throws ConfigError where a module has other channels than loss.distill says, and as TeacherModule does.
  OnlineTeachers(const RunConfig& config, torch::Device device, bool bf16);

  /// Whether a training has teachers at all.
  bool any() const { return !teachers_.empty(); }

  /// Computes the maps that the examples lack and have pictures for: the pictures of a micro-batch go through a module
  /// together. Examples stand in the order of the samples. Adds to `counts`. Throws as TeacherModule::run() does, and
  /// RunError naming the sample for features that are not finite (on the CPU).
  void fill(const std::vector<Example>& examples, MicroBatch& batch, TeacherCounts& counts) const;

 private:
  struct Teacher {
    torch::Tensor SampleTarget::*map;
    std::string file;                             ///< of the module
    std::shared_ptr<const TeacherModule> module;  ///< null: cached features only
  };
  std::vector<Teacher> teachers_;  ///< in the order of Example::teachers
  bool bf16_ = false;
};

/// Where a sample keeps the map of the teacher with this name of data.teachers[].slot.
torch::Tensor SampleTarget::*teacher_map_of(const std::string& slot);

}  // namespace pixelsail
