#pragma once

/// The whole of pixelsail-eval: answer, score, report.

#include <filesystem>
#include <functional>
#include <vector>

#include "core/log.h"
#include "eval/answer_refer.h"
#include "eval/eval_config.h"
#include "eval/report.h"

namespace pixelsail {

/// Loads a checkpoint and returns what answers with it; called only when there is something left to answer.
using OpenCheckpoint =
    std::function<AnswerBatch(const CheckpointConfig& checkpoint, const EvalConfig& config)>;

struct EvalRun {
  /// Output folder; created.
  std::filesystem::path out;
  /// Discard the predictions of an earlier run instead of continuing it.
  bool restart = false;
  /// Progress bars on standard error.
  bool progress = true;
};

/// Answers every job of plan_jobs() (continuing where an earlier run was interrupted), scores it and writes
/// into the output folder: predictions.jsonl and run.json (in predictions/<name>/ when there are several),
/// report.json, report.md and the contact sheet, which shows the first job. Reports appear when everything is
/// done. Throws ConfigError, DataError, RunError; what was answered until then is kept.
std::vector<EvalResult> run_evaluation(const EvalConfig& config, const EvalRun& run,
                                       const OpenCheckpoint& open, Logger& log);

/// Answers with a Session on the device and with the dtype of the configuration.
AnswerBatch open_session(const CheckpointConfig& checkpoint, const EvalConfig& config);

}  // namespace pixelsail
