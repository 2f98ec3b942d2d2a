#pragma once

/// The whole of pixelsail-eval: answer, score, report.

#include <atomic>
#include <filesystem>
#include <functional>
#include <vector>

#include "benchmarks/score_result.h"
#include "core/log.h"
#include "eval/answer_questions.h"
#include "eval/batch_plan.h"
#include "eval/eval_config.h"

namespace pixelsail {

/// Loads a checkpoint and returns what answers with it; called only when there is something left to answer.
using OpenCheckpoint =
    std::function<AnswerBatch(const CheckpointConfig& checkpoint, const EvalConfig& config)>;

struct EvalRun {
  /// Output folder; created.
  std::filesystem::path out;
  /// Discard the answers of an earlier run instead of continuing it.
  bool restart = false;
  /// Progress bars on standard error.
  bool progress = true;
  /// This process's part of the answering.
  Shard shard;
  /// Becomes true when the run is to end after the batch it is at; may be null.
  const std::atomic<bool>* stop = nullptr;
};

struct EvalOutcome {
  /// False when batches of other processes are missing, or the run was stopped: then there is no report yet.
  bool complete = false;
  /// report_page.h's layout.
  OrderedJson report;
};

/// Answers every job of plan_jobs() (continuing where an earlier run was interrupted, and what other
/// processes have not taken), scores it and writes into the output folder: predictions.jsonl (in
/// predictions/<name>/ when there are several), eval_config.yaml, report.json, report.md, report.html,
/// timing.json and the contact sheet, which shows the first job. Reports appear when everything is answered,
/// whoever answered it, and depend on neither shards nor interruptions. Throws ConfigError, DataError,
/// RunError; what was answered until then is kept.
EvalOutcome run_evaluation(const EvalConfig& config, const EvalRun& run, const OpenCheckpoint& open,
                           Logger& log);

/// Answers and scores without a log, e.g. between training steps. `file` is written anew each time.
/// `progress` gets the number of questions done.
ScoreResult evaluate_once(const BenchmarkConfig& benchmark, const QuestionSet& set, const AnswerBatch& model,
                          const AnswerOptions& options, std::int64_t batch_size,
                          const std::filesystem::path& file,
                          const std::function<void(std::int64_t)>& progress = {});

}  // namespace pixelsail
