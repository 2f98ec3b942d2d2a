#pragma once

/// Training as a library.
///
///   pixelsail::TrainingJob job = pixelsail::TrainingJob::from_file("configs/train/demo.yaml", {"train.steps=50"});
///   job.run({.on_step = [](const pixelsail::TrainingReport& r) { return r.value("loss") > 0.1; }});

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace pixelsail {

/// What a step or an evaluation came to: the numbers of its line in log.jsonl or eval.jsonl, in their order.
struct TrainingReport {
  std::int64_t step = 0;   ///< steps done
  std::int64_t steps = 0;  ///< of the whole run, if it is not ended early
  std::vector<std::pair<std::string, double>> values;

  /// A value by its name ("loss", "loss_mask", "lr", "cIoU"); NaN when there is none.
  double value(const std::string& name) const;
};

/// How a run ended.
struct TrainingEnd {
  enum class Reason {
    kAllSteps,       ///< there were no more steps
    kNoImprovement,  ///< as many evaluations as eval.patience says brought nothing
    kStopped         ///< a callback or `stop` wanted it; it can be continued
  };
  Reason reason = Reason::kAllSteps;
  std::int64_t step = 0;   ///< steps done
  std::int64_t steps = 0;  ///< planned
  /// Of the evaluation with the best score, whose model is in output_dir/best/; 0: there is none.
  std::int64_t best_step = 0;
  double best_score = 0;  ///< of best_step
  std::string sentence;   ///< all this for people
};

struct TrainingOptions {
  /// Continue from the newest checkpoint in output_dir, or begin when there is none. Without, a folder with
  /// checkpoints is a ConfigError.
  bool resume = false;
  /// Called after each step, in the thread that called run(). False: the run saves a checkpoint and ends.
  std::function<bool(const TrainingReport&)> on_step;
  /// Called after each evaluation (train.eval_every). False: as with on_step. With eval.keep_best or eval.patience its
  /// values include "best_step", of the best evaluation so far, and "without_improvement", the evaluations since the last
  /// improvement; the model of the best one is in output_dir/best/ by then.
  std::function<bool(const TrainingReport&)> on_evaluation;
  /// Called once at the end of a run that did not fail.
  std::function<void(const TrainingEnd&)> on_end;
  /// Set from a signal handler or another thread: the run saves a checkpoint after the current step and ends.
  const std::atomic<bool>* stop = nullptr;
  /// Log lines on standard error.
  bool log = true;
};

/// What configs/train/*.yaml describe. Errors are ConfigError, DataError and RunError (pixelsail/error.h).
class TrainingJob {
 public:
  /// Reads the configuration; each override is "key.path=value" with the value in YAML.
  static TrainingJob from_file(const std::string& path, const std::vector<std::string>& overrides = {});
  /// The same from YAML text; `name` stands for the file in messages.
  static TrainingJob from_text(const std::string& yaml, const std::vector<std::string>& overrides = {},
                               const std::string& name = "configuration");

  TrainingJob(TrainingJob&&) noexcept;
  TrainingJob& operator=(TrainingJob&&) noexcept;
  ~TrainingJob();

  /// Trains to the end, until evaluations bring nothing more (eval.patience), or until it is stopped. Returns whether the
  /// run is complete, as in the first two cases; if not, a run with
  /// `resume` continues it exactly. output_dir/final/ then is a model folder.
  bool run(const TrainingOptions& options = {}) const;

  /// Where everything is written.
  const std::string& output_dir() const;
  /// The configuration with every value in it, as YAML.
  std::string resolved() const;

 private:
  struct Impl;
  explicit TrainingJob(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace pixelsail
