#include "train/trainer.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <span>

#include "core/progress.h"
#include "distributed/process_group.h"
#include "io/atomic_file.h"
#include "model/memory_use.h"
#include "pixelsail/error.h"
#include "train/checkpointer.h"
#include "train/end_sentence.h"
#include "train/run_folder.h"
#include "train/step_runner.h"
#include "train/train_log.h"

namespace pixelsail {
namespace {

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace

Trainer::Trainer(RunConfig config, std::string resolved_config, RunContext context, TrainerHooks hooks)
    : run_(set_up_training(std::move(config), std::move(context))),
      resolved_config_(std::move(resolved_config)),
      hooks_(std::move(hooks)) {}

Trainer::~Trainer() = default;

DryRunReport Trainer::dry_run() {
  return pixelsail::dry_run(*run_);
}

StepResult Trainer::train_step() {
  const double lr = run_->learning_rate_of(run_->counters.step);
  try {
    return steps_->run(lr);
  } catch (const RunError& error) {
    std::string names;
    for (const std::string& id : steps_->sample_ids())
      names += (names.empty() ? "; samples:\n  " : "\n  ") + id;
    throw RunError("step " + std::to_string(run_->counters.step + 1) + ": " + error.what() + names);
  }
}

nlohmann::ordered_json Trainer::log_line(const StepResult& result, double lr, double step_s) const {
  const TrainCounters& counters = run_->counters;
  nlohmann::ordered_json line;
  line["step"] = counters.step;
  line["loss"] = result.loss;
  for (const auto& [key, value] : run_->objective->log_values(result.values)) line[std::string(key)] = value;
  line["lr"] = lr;
  line["grad_norm"] = result.grad_norm;
  line["tokens"] = counters.tokens;
  line["masks"] = result.masks;
  line["skipped"] = counters.skipped;
  line["seg_mismatches"] = counters.seg_mismatches;
  line["data_wait_s"] = steps_->data_wait_s();
  line["forward_s"] = result.forward_s;
  line["backward_s"] = result.backward_s;
  line["optimizer_s"] = result.optimizer_s;
  line["step_s"] = step_s;
  add_speed(line, step_s);
  return line;
}

void Trainer::add_speed(nlohmann::ordered_json& line, double step_s) const {
  const StepRunner::Work& work = steps_->work();
  line["length_mean"] =
      static_cast<double>(work.tokens) / static_cast<double>(std::max<std::int64_t>(1, work.samples));
  line["length_max"] = work.longest;
  if (run_->teachers.any()) {
    const TeacherCounts& teachers = steps_->teachers();
    line["teacher_hits"] = teachers.hits;
    line["teacher_computed"] = teachers.computed;
    line["teacher_missing"] = teachers.missing;
    line["teacher_s"] = teachers.seconds;
  }
  line["samples_per_s"] = static_cast<double>(work.samples) / step_s;
  line["tokens_per_s"] = static_cast<double>(work.tokens) / step_s;
  if (steps_->peak_tflops() > 0) line["mfu"] = work.flops / 1e12 / step_s / steps_->peak_tflops();
  const MemoryUse memory = memory_use(run_->device);
  line["memory_mb"] = memory.now >> 20;
  line["memory_peak_mb"] = memory.peak >> 20;
}

std::optional<TrainingEnd::Reason> Trainer::ends() {
  if (run_->counters.step >= run_->config.train.steps) return TrainingEnd::Reason::kAllSteps;
  // One rank that is told to stop stops all, after the same step. The score is known to rank 0 alone.
  std::array<std::int64_t, 2> wanted{told_to_stop_ || run_->context.stop_requested() ? 1 : 0,
                                     watch_.exhausted() ? 1 : 0};
  if (run_->context.group != nullptr) run_->context.group->all_reduce(std::span<std::int64_t>(wanted));
  if (wanted[1] > 0) return TrainingEnd::Reason::kNoImprovement;
  if (wanted[0] > 0) return TrainingEnd::Reason::kStopped;
  return std::nullopt;
}

void Trainer::evaluate() {
  if (!hooks_.evaluate || run_->rank() != 0) return;
  const std::int64_t step = run_->counters.step;
  nlohmann::ordered_json line;
  line["step"] = step;
  run_->loaded.model->eval();
  const auto ask = [&] { line.update(hooks_.evaluate(run_->loaded, step)); };
  run_->masters ? run_->masters->with_bfloat16_model(ask) : ask();
  if (watch_.watches()) {
    // Before the line, so that no line speaks of a model that was never written.
    if (watch_.take(step, score_in(line, watch_.what().metric)))
      Checkpointer(*run_).save_best(watch_.what(), *watch_.best());
    if (watch_.best()) line["best_step"] = watch_.best()->step;
    line["without_improvement"] = watch_.without_improvement();
  }
  run_->loaded.model->train();
  log_->write_evaluation(line);
  run_->context.info("step " + std::to_string(step) + " evaluation: " + line.dump());
  if (hooks_.on_evaluation && !hooks_.on_evaluation(line)) told_to_stop_ = true;
}

void Trainer::write_charts() const {
  std::vector<std::string> losses = run_->objective->loss_keys();
  losses.insert(losses.begin(), "loss");
  log_->write_charts(losses);
}

void Trainer::after_step() {
  const LoopConfig& config = run_->config.train;
  const std::int64_t step = run_->counters.step;
  const auto due = [&](std::int64_t every) { return every > 0 && step % every == 0 && step < config.steps; };
  const bool is_last = step == config.steps && config.eval_every > 0 && watch_.watches();
  if (due(config.eval_every) || is_last) evaluate();
  if (due(config.checkpoint_every) && run_->rank() == 0) {
    Checkpointer(*run_).save();
    write_charts();
    saved_at_ = step;
  }
}

TrainingEnd::Reason Trainer::loop() {
  TrainCounters& counters = run_->counters;
  const bool writes = run_->rank() == 0;
  steps_ = std::make_unique<StepRunner>(*run_);
  std::optional<Progress> progress;
  if (writes) progress.emplace("train", run_->config.train.steps, "step").start_at(counters.step);
  saved_at_ = counters.step;
  std::optional<TrainingEnd::Reason> reason;
  while (!(reason = ends())) {
    const auto begin = std::chrono::steady_clock::now();
    const double lr = run_->learning_rate_of(counters.step);
    const StepResult result = train_step();
    ++counters.step;
    counters.tokens += result.tokens;
    if (writes) {
      const nlohmann::ordered_json line = log_line(result, lr, seconds_since(begin));
      log_->write_step(line);
      progress->update(counters.step, "loss " + std::to_string(result.loss).substr(0, 6));
      if (hooks_.on_step && !hooks_.on_step(line)) told_to_stop_ = true;
    }
    after_step();
  }
  steps_.reset();
  if (!writes) return *reason;
  progress->finish();
  if (saved_at_ < counters.step) Checkpointer(*run_).save();
  if (counters.step > 0) write_charts();
  return *reason;
}

void Trainer::finish(bool already_done) {
  const TrainCounters& counters = run_->counters;
  Checkpointer(*run_).save_results(/*again=*/!already_done);
  if (counters.skipped > 0 || counters.seg_mismatches > 0) {
    std::string reasons;
    for (const auto& [reason, count] : counters.skipped_by_reason)
      reasons += (reasons.empty() ? " (" : ", ") + reason + " " + std::to_string(count);
    if (!reasons.empty()) reasons += ")";
    run_->context.info(std::to_string(counters.skipped) + " samples were skipped" + reasons + ", " +
                       std::to_string(counters.seg_mismatches) + " had another number of [SEG] than masks");
  }
}

void Trainer::begin_record() {
  const std::filesystem::path output(run_->config.output_dir);
  const std::string note =
      run_->length.note.empty() ? std::string() : "# train.epochs: " + run_->length.note + "\n";
  write_file_atomic(output / "config.yaml", note + resolved_config_);
  log_ = std::make_unique<TrainLog>(output, run_->counters.step);
  watch_ = ScoreWatch(hooks_.watched);
  watch_.replay(output / "eval.jsonl");
  if (watch_.best() && !std::filesystem::exists(output / "best"))
    run_->context.warning((output / "best").string() + " is gone: the model of step " +
                          std::to_string(watch_.best()->step) + " cannot be brought back");
  if (hooks_.on_begin) hooks_.on_begin(run_->config.train.steps);
}

TrainingEnd Trainer::end_of(TrainingEnd::Reason reason, bool already_done) const {
  TrainingEnd end{
      .reason = reason, .step = run_->counters.step, .steps = run_->config.train.steps, .sentence = {}};
  if (watch_.best()) {
    end.best_step = watch_.best()->step;
    end.best_score = watch_.best()->score;
  }
  end.sentence = end_sentence(end, watch_.what(), run_->config.output_dir, already_done);
  return end;
}

bool Trainer::run(RunStart start) {
  const std::filesystem::path output(run_->config.output_dir);
  const bool writes = run_->rank() == 0;
  std::optional<DirectoryLock> lock;
  if (writes) {
    std::filesystem::create_directories(output);
    lock.emplace(output);
  }
  if (run_->context.group != nullptr) run_->context.group->barrier();
  const std::filesystem::path newest = checkpoint_to_continue(output, start == RunStart::kResume);
  Checkpointer checkpointer(*run_);
  if (writes) checkpointer.check_disk();
  if (!newest.empty()) run_->context.info("resumed from " + checkpointer.resume().string());
  if (writes) begin_record();
  const std::int64_t first = run_->counters.step;
  const TrainingEnd::Reason reason = loop();
  const bool complete = reason != TrainingEnd::Reason::kStopped;
  const bool already_done = complete && run_->counters.step == first;
  if (writes && complete) finish(already_done);
  const TrainingEnd end = end_of(reason, already_done);
  run_->context.info(end.sentence);
  if (writes && hooks_.on_end) hooks_.on_end(end);
  log_.reset();
  return complete;
}

}  // namespace pixelsail
