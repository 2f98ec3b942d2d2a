#pragma once

/// Which evaluation of a run was the best, and whether they still get better.

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace pixelsail {

/// What is watched.
struct WatchedScore {
  std::string metric;  ///< key of an evaluation's object; empty: nothing is watched
  bool higher_is_better = true;
  std::int64_t patience = 0;  ///< evaluations without improvement that end the run; 0: none do
  double min_delta = 0;       ///< what an improvement is at least
};

class ScoreWatch {
 public:
  struct Best {
    std::int64_t step = 0;
    double score = 0;
  };

  explicit ScoreWatch(WatchedScore what = {}) : what_(std::move(what)) {}

  bool watches() const { return !what_.metric.empty(); }
  const WatchedScore& what() const { return what_; }

  /// The score of an evaluation, each later than those before. Returns whether it is the best so far. One that is not
  /// finite is neither the best nor an improvement.
  bool take(std::int64_t step, double score);
  /// The evaluations of eval.jsonl, as they were taken when they were written.
  void replay(const std::filesystem::path& file);

  const std::optional<Best>& best() const { return best_; }
  std::int64_t without_improvement() const { return without_improvement_; }
  /// Whether as many evaluations as patience says have brought no improvement.
  bool exhausted() const { return what_.patience > 0 && without_improvement_ >= what_.patience; }

 private:
  double gain(double score, double over) const {
    return what_.higher_is_better ? score - over : over - score;
  }

  WatchedScore what_;
  std::optional<Best> best_;
  /// The score of the last improvement. Steps below min_delta do not move it, so that many of them add up to one.
  std::optional<double> reference_;
  std::int64_t without_improvement_ = 0;
};

/// The value of a key of an evaluation's object, NaN where it is no number (JSON has none for NaN).
double score_in(const nlohmann::ordered_json& line, const std::string& metric);

}  // namespace pixelsail
