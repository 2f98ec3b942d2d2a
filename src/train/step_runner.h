#pragma once

/// A step of a run: the stream's next micro-batches go through the train step, and what was met is counted.

#include <string>
#include <vector>

#include "train/setup.h"
#include "train/step.h"

namespace pixelsail {

class StepRunner {
 public:
  /// `run` outlives the object.
  explicit StepRunner(TrainingState& run);

  /// Trains on the micro-batches of the run's current step; with a group on those that are this rank's:
  /// micro-batch m of the stream is of rank m % world size. Counts samples and skipped ones, not the step.
  StepResult run(double lr);

  /// Of the last step, as far as it came: samples of this rank, and seconds spent waiting for them. Behind
  /// NonFiniteStep they are those of the micro-batches that it names.
  const std::vector<std::string>& sample_ids() const { return sample_ids_; }
  double data_wait_s() const { return data_wait_s_; }

  /// What the last step computed on this rank.
  struct Work {
    std::int64_t samples = 0, tokens = 0;
    std::int64_t longest = 0;                     ///< tokens of the longest sample
    std::int64_t pictures = 0, most_patches = 0;  ///< pictures, and patches of the largest
    double flops = 0;  ///< forward and backward; only counted where a peak to compare with is known
  };
  const Work& work() const { return work_; }
  /// Of the last step on this rank.
  const TeacherCounts& teachers() const { return teachers_; }
  /// train.peak_tflops, or what is known of the device; 0: nothing.
  double peak_tflops() const { return peak_tflops_; }

 private:
  void train_on(const Batch& batch, std::int64_t index);
  void reduce_counters(const TrainCounters& before);
  void reduce_reasons(const TrainCounters& before);
  void count(const MicroBatch& batch);
  void keep_samples_of(const std::vector<std::int64_t>& micro_batches);

  TrainingState& run_;
  TrainStep step_;
  std::vector<std::string> sample_ids_;
  std::vector<std::int64_t> sample_batches_;  ///< parallel: the micro-batch of the step that each is in
  double data_wait_s_ = 0;
  double peak_tflops_;
  Work work_;
  TeacherCounts teachers_;
};

}  // namespace pixelsail
