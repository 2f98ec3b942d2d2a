#include "train/step_runner.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include "core/sequence.h"
#include "data/unusable_reasons.h"
#include "distributed/process_group.h"
#include "model/device_peak.h"
#include "model/flops.h"
#include "train/batch.h"

namespace pixelsail {

StepRunner::StepRunner(TrainingState& run)
    : run_(run),
      step_(*run.loaded.model, *run.objective, *run.optimizer,
            {.bf16 = run.bf16,
             .seed = run.context.seed,
             .group = run.context.group,
             .masters = run.masters.get()}),
      peak_tflops_(run.config.train.peak_tflops > 0 ? run.config.train.peak_tflops
                                                    : peak_of(run.device).tflops) {}

StepResult StepRunner::run(double lr) {
  sample_ids_.clear();
  sample_batches_.clear();
  data_wait_s_ = 0;
  work_ = {};
  teachers_ = {};
  const TrainCounters before = run_.counters;
  const std::int64_t accumulate = run_.config.train.accumulate;
  const std::int64_t first = run_.counters.step * accumulate;
  for (std::int64_t index = 0; index < accumulate; ++index) {
    if ((first + index) % run_.world_size() != run_.rank()) continue;
    const Batch batch = run_.loader->next();
    data_wait_s_ += run_.loader->last_wait_s();
    train_on(batch, index);
  }
  StepResult result;
  try {
    result = step_.finish(lr);
  } catch (const NonFiniteStep& error) {
    keep_samples_of(error.micro_batches());
    throw;
  }
  reduce_counters(before);
  return result;
}

void StepRunner::keep_samples_of(const std::vector<std::int64_t>& micro_batches) {
  std::vector<std::string> kept;
  for (std::size_t i = 0; i < sample_ids_.size(); ++i) {
    if (std::ranges::find(micro_batches, sample_batches_[i]) != micro_batches.end())
      kept.push_back(std::move(sample_ids_[i]));
  }
  sample_ids_ = std::move(kept);
}

void StepRunner::train_on(const Batch& batch, std::int64_t index) {
  TrainCounters& counters = run_.counters;
  counters.skipped += batch.skipped;
  for (const auto& [reason, count] : batch.skipped_by_reason) counters.skipped_by_reason[reason] += count;
  for (const std::string& reason : batch.skip_reasons) run_.context.warning("skipped: " + reason);
  for (const Example& example : batch.examples) {
    sample_ids_.push_back(example.id);
    sample_batches_.push_back(index);
    counters.seg_mismatches += example.seg_count_mismatch ? 1 : 0;
    ++counters.samples;
  }
  MicroBatch micro_batch = to_micro_batch(batch, run_.teacher_slots, run_.loaded.model->config);
  count(micro_batch);
  run_.teachers.fill(batch.examples, micro_batch, teachers_);
  step_.accumulate(std::move(micro_batch), counters.step, index, run_.config.train.accumulate);
}

void StepRunner::count(const MicroBatch& batch) {
  for (std::size_t i = 0; i < batch.samples.size(); ++i) {
    const SequenceInput& sample = batch.samples[i];
    const auto tokens = static_cast<std::int64_t>(sample.ids.size());
    ++work_.samples;
    work_.tokens += tokens;
    work_.longest = std::max(work_.longest, tokens);
    work_.pictures += sample.grid_h > 0 ? 1 : 0;
    work_.most_patches = std::max(work_.most_patches, sample.grid_h * sample.grid_w);
    if (peak_tflops_ <= 0) continue;
    const auto scored = std::ranges::count_if(batch.targets[i].labels,
                                              [](std::int64_t label) { return label != kIgnoredLabel; });
    constexpr double kWithBackward = 3;
    work_.flops += kWithBackward * forward_flops(run_.loaded.model->config, sample, scored);
  }
}

void StepRunner::reduce_counters(const TrainCounters& before) {
  if (run_.world_size() == 1) return;
  TrainCounters& counters = run_.counters;
  std::array<std::int64_t, 3> added{counters.skipped - before.skipped,
                                    counters.seg_mismatches - before.seg_mismatches,
                                    counters.samples - before.samples};
  run_.context.group->all_reduce(std::span<std::int64_t>(added));
  counters.skipped = before.skipped + added[0];
  counters.seg_mismatches = before.seg_mismatches + added[1];
  counters.samples = before.samples + added[2];
  reduce_reasons(before);
}

void StepRunner::reduce_reasons(const TrainCounters& before) {
  const auto count_of = [](const TrainCounters& counters, std::string_view reason) {
    const auto found = counters.skipped_by_reason.find(std::string(reason));
    return found == counters.skipped_by_reason.end() ? std::int64_t{0} : found->second;
  };
  std::array<std::int64_t, std::size(kUnusableReasons)> added{};
  for (std::size_t i = 0; i < added.size(); ++i)
    added[i] = count_of(run_.counters, kUnusableReasons[i]) - count_of(before, kUnusableReasons[i]);
  run_.context.group->all_reduce(std::span<std::int64_t>(added));
  for (std::size_t i = 0; i < added.size(); ++i) {
    const std::int64_t count = count_of(before, kUnusableReasons[i]) + added[i];
    if (count > 0) run_.counters.skipped_by_reason[std::string(kUnusableReasons[i])] = count;
  }
}

}  // namespace pixelsail
