#pragma once

/// The training loop: stream -> step -> log, with checkpoints from which a run continues exactly.
///
/// Files in output_dir: config.yaml (resolved), log.jsonl, eval.jsonl, loss.png, tensorboard/,
/// checkpoints/step_<n>/ (a model folder plus trainer/), final/ (a model folder), best/ (a model folder and best.json) where
/// a score is watched.

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "pixelsail/train.h"
#include "train/dry_run.h"
#include "train/score_watch.h"
#include "train/setup.h"

namespace pixelsail {

class StepRunner;
class TrainLog;
struct StepResult;

/// Each may be null.
struct TrainerHooks {
  /// Evaluates the model in memory; its object is written to eval.jsonl. Null: no evaluation.
  std::function<nlohmann::ordered_json(const LoadedModel&, std::int64_t step)> evaluate;
  /// Which of its scores is watched: the model of the best one is kept, and the run may end early. The last step is
  /// evaluated too then.
  WatchedScore watched = {};
  /// Is told the number of steps before the first.
  std::function<void(std::int64_t steps)> on_begin;
  /// Gets each line of log.jsonl, eval.jsonl after it was written. False: the run ends as if it was stopped.
  std::function<bool(const nlohmann::ordered_json& line)> on_step;
  std::function<bool(const nlohmann::ordered_json& line)> on_evaluation;
  /// Is told how the run ended.
  std::function<void(const TrainingEnd&)> on_end;
};

/// What a run does with an output folder that already has checkpoints: refuse it, or continue from the newest.
enum class RunStart { kFresh, kResume };

class Trainer {
 public:
  /// As set_up_training(). `resolved_config` is the text of config.yaml. With a group in the context every
  /// rank has a trainer with the same configuration; rank 0 alone writes.
  Trainer(RunConfig config, std::string resolved_config, RunContext context = {}, TrainerHooks hooks = {});
  ~Trainer();

  /// Trains to the end, until the watched score gets no better, or until it is stopped. Returns whether the run is
  /// complete, which it is in the first two cases. Throws ConfigError for a
  /// folder with checkpoints that shall not be continued.
  bool run(RunStart start);

  /// Instead of run().
  DryRunReport dry_run();

 private:
  StepResult train_step();
  nlohmann::ordered_json log_line(const StepResult& result, double lr, double step_s) const;
  /// Of the last step on this rank.
  void add_speed(nlohmann::ordered_json& line, double step_s) const;
  /// Whether the run goes on, or why it does not. The same on every rank.
  std::optional<TrainingEnd::Reason> ends();
  TrainingEnd::Reason loop();
  void after_step();
  void evaluate();
  void write_charts() const;
  /// Opens the record and takes up the scores that it holds.
  void begin_record();
  TrainingEnd end_of(TrainingEnd::Reason reason, bool already_done) const;
  void finish(bool already_done);

  std::unique_ptr<TrainingState> run_;
  std::string resolved_config_;
  TrainerHooks hooks_;
  bool told_to_stop_ = false;
  ScoreWatch watch_;           ///< of rank 0
  std::int64_t saved_at_ = 0;  ///< step of the newest checkpoint
  std::unique_ptr<StepRunner> steps_;
  std::unique_ptr<TrainLog> log_;  ///< of rank 0
};

}  // namespace pixelsail
