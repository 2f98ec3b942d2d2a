#include "train/trainer.h"

#include <algorithm>
#include <chrono>
#include <optional>

#include "core/progress.h"
#include "distributed/process_group.h"
#include "io/atomic_file.h"
#include "model/memory_use.h"
#include "pixelsail/error.h"
#include "train/checkpointer.h"
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

bool Trainer::stopping() {
  std::int64_t wanted = told_to_stop_ || run_->context.stop_requested() ? 1 : 0;
  // One rank that is told to stop stops all, after the same step.
  if (run_->context.group != nullptr) run_->context.group->all_reduce(std::span<std::int64_t>(&wanted, 1));
  return wanted > 0;
}

void Trainer::evaluate() {
  if (!hooks_.evaluate || run_->rank() != 0) return;
  nlohmann::ordered_json line;
  line["step"] = run_->counters.step;
  run_->loaded.model->eval();
  line.update(hooks_.evaluate(run_->loaded, run_->counters.step));
  run_->loaded.model->train();
  log_->write_evaluation(line);
  run_->context.info("step " + std::to_string(run_->counters.step) + " evaluation: " + line.dump());
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
  if (due(config.eval_every)) evaluate();
  if (due(config.checkpoint_every) && run_->rank() == 0) {
    Checkpointer(*run_).save();
    write_charts();
    saved_at_ = step;
  }
}

void Trainer::loop() {
  TrainCounters& counters = run_->counters;
  const bool writes = run_->rank() == 0;
  steps_ = std::make_unique<StepRunner>(*run_);
  std::optional<Progress> progress;
  if (writes) progress.emplace("train", run_->config.train.steps, "step").start_at(counters.step);
  saved_at_ = counters.step;
  while (counters.step < run_->config.train.steps && !stopping()) {
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
  if (!writes) return;
  progress->finish();
  if (saved_at_ < counters.step) Checkpointer(*run_).save();
  if (counters.step > 0) write_charts();
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
  if (writes) {
    write_file_atomic(output / "config.yaml", resolved_config_);
    log_ = std::make_unique<TrainLog>(output, run_->counters.step);
  }
  const bool already_done = run_->counters.step >= run_->config.train.steps;
  loop();
  const bool complete = run_->counters.step >= run_->config.train.steps;
  if (!complete) {
    run_->context.info("stopped at step " + std::to_string(run_->counters.step) + "; continue with --resume");
  } else if (writes) {
    finish(already_done);
  }
  log_.reset();
  return complete;
}

}  // namespace pixelsail
