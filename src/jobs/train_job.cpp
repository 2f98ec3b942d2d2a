#include "jobs/train_job.h"

#include "config/config.h"
#include "jobs/validation.h"
#include "pixelsail/error.h"
#include "train/init_from.h"

namespace pixelsail {
namespace {

TrainJob read(ConfigReader& reader, const std::string& file) {
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
    return job;
  }
  job = {};
  job.run.model = init_model_config(init_from);
  reader.read(job);
  return job;
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
  if (job.run.train.eval_every > 0) hooks.evaluate = validation_of(job);
  return hooks;
}

}  // namespace

TrainJob read_train_job(const std::filesystem::path& file, const std::vector<std::string>& overrides) {
  ConfigReader reader(file, overrides);
  return read(reader, file.string());
}

TrainJob parse_train_job(const std::string& text, const std::string& name,
                         const std::vector<std::string>& overrides) {
  ConfigReader reader(text, name, overrides);
  return read(reader, name);
}

bool run_train_job(const TrainJob& job, RunStart start, const RunContext& context,
                   const TrainJobEvents& events) {
  const std::string resolved = config_to_yaml(job);
  TrainerHooks hooks = prepare(job, start, context);
  hooks.on_step = events.on_step;
  hooks.on_evaluation = events.on_evaluation;
  return Trainer(job.run, resolved, context, std::move(hooks)).run(start);
}

DryRunReport dry_run_train_job(const TrainJob& job, RunStart start, const RunContext& context) {
  const TrainerHooks hooks = prepare(job, start, context);
  return Trainer(job.run, config_to_yaml(job), context, hooks).dry_run();
}

}  // namespace pixelsail
