#include "train/setup.h"

#include <torch/torch.h>

#include "checkpoint/adapter_files.h"
#include "distributed/process_group.h"
#include "model/device.h"
#include "model/matmul.h"
#include "model/weights_load.h"
#include "pixelsail/error.h"
#include "train/init_from.h"
#include "train/parameters.h"
#include "train/run_examples.h"
#include "train/schedule.h"

namespace pixelsail {
namespace {

void choose_device_and_type(TrainingState& run) {
  const RunConfig& config = run.config;
  set_threads(static_cast<int>(config.threads));
  const DeviceChoice choice = choose_device(config.device);
  run.device = choice.device;
  run.context.device = choice.description;
  run.context.info("device: " + choice.description);
  const bool has_bf16 = computes_in(torch::kBFloat16, run.device);
  run.bf16 = config.dtype == "bf16" || (config.dtype == "auto" && has_bf16);
  if (config.dtype == "auto")
    run.context.info(std::string("dtype auto: training in ") + (run.bf16 ? "bf16" : "f32"));
  if (config.dtype == "bf16" && !has_bf16)
    run.context.warning("dtype: bf16 is slower than f32 on this device, which has no instructions for it");
  if (config.train.weights == "bf16" && !run.bf16) {
    throw ConfigError("train.weights: bf16 takes dtype: bf16, but dtype is " + config.dtype +
                      (config.dtype == "auto" ? ", which is f32 on this device" : ""));
  }
  if (config.train.optimizer.warmup_start_lr) {
    run.context.info(
        "train.optimizer.warmup_start_lr is an older key: the warmup begins at this rate; "
        "warmup_start_factor gives it as a share of lr");
  }
}

void build_model(TrainingState& run, const Processor& processor) {
  RunConfig& config = run.config;
  run.loaded.tokenizer = processor.tokenizer;
  run.loaded.special = processor.special;
  run.loaded.preprocess = processor.preprocess;
  fit_to_start(config.model, *run.loaded.tokenizer, config.init_from);
  run.loaded.model = std::make_shared<PixelSailImpl>(config.model, WeightOptions{.device = run.device});
  if (config.init_from.empty()) {
    run.loaded.model->initialize(run.context.seed);
  } else {
    load_parameters(*run.loaded.model, config.init_from);
  }
  run.loaded.model->single_transformer->model->recompute = config.train.recompute;
}

void build_trained_parts(TrainingState& run) {
  const RunConfig& config = run.config;
  run.objective = Objective(config.model, config.loss, run.device);
  run.objective->initialize(run.context.seed + 1);
  if (config.lora.rank > 0) {
    if (config.init_from.empty()) throw ConfigError("lora: an adapter needs a model to stand on (init_from)");
    run.base = base_hash(std::filesystem::path(config.init_from));
    run.adapter.emplace(*run.loaded.model, config.lora, run.context.seed);
    run.adapter->attach(*run.loaded.model);
  }
  TrainedParameters trained =
      group_parameters(*run.loaded.model, run.adapter ? &*run.adapter : nullptr, *run.objective,
                       config.train.parameters, config.train.optimizer);
  run.trained_of_model = std::move(trained.of_model);
  const auto make = [&] { run.optimizer = make_optimizer(std::move(trained.all), config.train.optimizer); };
  if (config.train.weights == "bf16") {
    run.masters = std::make_unique<MasterWeights>(*run.loaded.model, trained.all);
    run.masters->with_values(make);
  } else {
    make();
  }
}

BatchSize batch_size_of(const TrainingState& run) {
  const LoopConfig& config = run.config.train;
  if (config.tokens_per_batch > 0 && config.batch_size != 1)
    throw ConfigError(
        "train.tokens_per_batch and train.batch_size exclude each other: leave one of them out");
  if (config.tokens_per_batch > 0 && run.world_size() > 1)
    throw ConfigError(
        "train.tokens_per_batch: several processes share batches of a fixed number of samples; use "
        "train.batch_size");
  return {config.batch_size, config.tokens_per_batch};
}

void build_stream(TrainingState& run, ExampleBuilder builder) {
  const RunConfig& config = run.config;
  for (const TeacherConfig& teacher : config.data.teachers) run.teacher_slots.push_back(teacher.slot);
  run.teachers = OnlineTeachers(config, run.device, run.bf16);
  run.loader = std::make_unique<Loader>(config.data, std::move(builder), batch_size_of(run), run.context.seed,
                                        run.rank(), run.world_size());
  run.length = run_length(config, *run.loader);
  run.config.train.steps = run.length.steps;
  if (!run.length.note.empty()) run.context.info("train.epochs: " + run.length.note);
}

}  // namespace

int TrainingState::rank() const {
  return context.group == nullptr ? 0 : context.group->rank();
}

int TrainingState::world_size() const {
  return context.group == nullptr ? 1 : context.group->size();
}

double TrainingState::learning_rate_of(std::int64_t step) const {
  const LoopConfig& loop = config.train;
  return learning_rate_of_update(loop.optimizer, (step + 1) * loop.accumulate - 1,
                                 loop.steps * loop.accumulate, loop.accumulate);
}

std::unique_ptr<TrainingState> set_up_training(RunConfig config, RunContext context) {
  auto run = std::make_unique<TrainingState>();
  run->config = std::move(config);
  run->context = std::move(context);
  run->context.seed = static_cast<std::uint64_t>(run->config.train.seed);
  // Before anything is read.
  settle_length(run->config.train);
  batch_size_of(*run);
  choose_device_and_type(*run);
  ExampleBuilder builder = run_example_builder(run->config);
  build_model(*run, builder.processor);
  build_trained_parts(*run);
  build_stream(*run, std::move(builder));
  return run;
}

}  // namespace pixelsail
