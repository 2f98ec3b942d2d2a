#include "jobs/train_job.h"

#include <algorithm>
#include <string_view>

#include "config/config.h"
#include "jobs/validation.h"
#include "pixelsail/error.h"
#include "train/init_from.h"
#include "train/run_length.h"

namespace pixelsail {
namespace {

/// `--set` of steps takes the place of the file's epochs, and the other way round.
void replace_length(LoopConfig& train, const std::vector<std::string>& overrides) {
  const auto sets = [&](std::string_view key) {
    return std::ranges::any_of(overrides, [&](const std::string& one) { return one.starts_with(key); });
  };
  const bool steps = sets("train.steps="), epochs = sets("train.epochs=");
  if (steps && !epochs && train.steps > 0) train.epochs = 0;
  if (epochs && !steps && train.epochs > 0) train.steps = 0;
}

/// What no single key can be wrong about. Sets the steps where the file says nothing of them.
TrainJob settled(TrainJob job, const std::string& file, const std::vector<std::string>& overrides) {
  replace_length(job.run.train, overrides);
  try {
    settle_length(job.run.train);
  } catch (const ConfigError& error) {
    throw ConfigError(file + ": " + error.what());
  }
  if (job.eval.watches() && job.run.train.eval_every == 0)
    throw ConfigError(file + ": eval." + (job.eval.patience > 0 ? "patience" : "keep_best") +
                      " needs evaluations: train.eval_every is 0");
  return job;
}

TrainJob read(ConfigReader& reader, const std::string& file, const std::vector<std::string>& overrides) {
  TrainJob job;
  reader.read(job);
  const std::string init_from = job.run.init_from;
  if (init_from.empty()) {
    for (const char* key : {"model", "tokenizer"}) {
      const bool given = std::string_view(key) == "model" ? reader.gives(key) : !job.run.tokenizer.empty();
      if (!given)
        throw ConfigError(file + ": " + key +
                          ": missing required key (there is no init_from to take it from)");
    }
    return settled(std::move(job), file, overrides);
  }
  job = {};
  job.run.model = init_model_config(init_from);
  reader.read(job);
  return settled(std::move(job), file, overrides);
}

/// Resuming with another configuration would not continue the same run.
void check_same_config(const TrainJob& job) {
  const std::filesystem::path saved = std::filesystem::path(job.run.output_dir) / "config.yaml";
  if (!std::filesystem::exists(saved)) return;
  const std::vector<std::string> differences = config_differences(load_config<TrainJob>(saved), job);
  if (differences.empty()) return;
  std::string message = saved.string() + ": --resume with a changed configuration:";
  for (const std::string& difference : differences) message += "\n  " + difference;
  throw ConfigError(message);
}

/// Checks, missing data, and what is to be evaluated.
TrainerHooks prepare(const TrainJob& job, RunStart start, const RunContext& context) {
  if (start == RunStart::kResume) check_same_config(job);
  if (job.synth.write_if_missing) write_if_missing(job.synth, job.run.data.root, context.log);
  TrainerHooks hooks;
  if (job.run.train.eval_every > 0) {
    Validation validation = validation_of(job);
    hooks.evaluate = std::move(validation.evaluate);
    hooks.watched = std::move(validation.watched);
  }
  return hooks;
}

}  // namespace

TrainJob read_train_job(const std::filesystem::path& file, const std::vector<std::string>& overrides) {
  ConfigReader reader(file, overrides);
  return read(reader, file.string(), overrides);
}

TrainJob parse_train_job(const std::string& text, const std::string& name,
                         const std::vector<std::string>& overrides) {
  ConfigReader reader(text, name, overrides);
  return read(reader, name, overrides);
}

bool run_train_job(const TrainJob& job, RunStart start, const RunContext& context,
                   const TrainJobEvents& events) {
  const std::string resolved = config_to_yaml(job);
  TrainerHooks hooks = prepare(job, start, context);
  hooks.on_step = events.on_step;
  hooks.on_evaluation = events.on_evaluation;
  hooks.on_begin = events.on_begin;
  hooks.on_end = events.on_end;
  return Trainer(job.run, resolved, context, std::move(hooks)).run(start);
}

DryRunReport dry_run_train_job(const TrainJob& job, RunStart start, const RunContext& context) {
  const TrainerHooks hooks = prepare(job, start, context);
  return Trainer(job.run, config_to_yaml(job), context, hooks).dry_run();
}

}  // namespace pixelsail
