#pragma once

/// What a run writes of the model: checkpoints that it continues from, and its results.

#include <filesystem>
#include <functional>
#include <string>

#include "train/score_watch.h"
#include "train/setup.h"

namespace pixelsail {

class Checkpointer {
 public:
  /// `run` outlives the object.
  explicit Checkpointer(TrainingState& run) : run_(run) {}

  /// Throws RunError when the next checkpoint finds no room.
  void check_disk() const;
  /// Writes checkpoints/step_<n> and removes those that are too many.
  void save() const;
  /// Restores model or adapter, optimizer, distillation layers, stream and counters from the newest checkpoint that
  /// can be read, and returns its folder. A broken one (a power failure) is passed over with a warning. Throws the
  /// newest one's DataError when there is none.
  std::filesystem::path resume();
  /// Writes best/: the model as it is now, what final/ holds (with adapter/ in it), and best.json with the score.
  /// It takes the place of an earlier one when it is complete.
  void save_best(const WatchedScore& watched, const ScoreWatch::Best& best) const;
  /// Writes adapter/ (of a run that trains nothing but one) and final/; without `again` only those that are
  /// missing.
  void save_results(bool again) const;

 private:
  /// Where the optimizer trains originals of the weights, the model holds them meanwhile: files have what is trained.
  void with_trained_weights(const std::function<void()>& body) const;
  void write_model_and_state(const std::filesystem::path& folder) const;
  void read_model_and_state(const std::filesystem::path& folder);
  void save_model(const std::filesystem::path& folder, const std::string& dtype) const;
  /// Throws DataError also for a file that is not what was written (checksums.json).
  void resume_from(const std::filesystem::path& folder);
  /// Whether the adapter is all that the run trains.
  bool trains_adapter_only() const { return run_.adapter && run_.trained_of_model.empty(); }
  void save_adapter_to(const std::filesystem::path& folder) const;

  TrainingState& run_;
};

}  // namespace pixelsail
