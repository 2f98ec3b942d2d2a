#include "train/trainer.h"

#include <sys/resource.h>
#include <torch/torch.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <optional>

#include "checkpoint/adapter_files.h"
#include "checkpoint/checksums.h"
#include "core/progress.h"
#include "io/atomic_file.h"
#include "io/json.h"
#include "model/device.h"
#include "model/products.h"
#include "model/weights.h"
#include "model/weights_load.h"
#include "pixelsail/error.h"
#include "train/batch.h"
#include "train/checkpoints.h"
#include "train/init_from.h"
#include "train/parameters.h"
#include "train/schedule.h"
#include "train/train_log.h"
#include "train/trainer_state.h"

namespace pixelsail {
namespace fs = std::filesystem;
namespace {

/// Of a run with an adapter: parameters of the model that are trained beside it.
constexpr const char* kTrainedFile = "trained.safetensors";

/// Tensors of the same names, values from one list into the other.
void copy_values(const NamedTensors& from, const NamedTensors& into, const std::string& where) {
  const torch::NoGradGuard no_grad;
  const std::map<std::string, torch::Tensor> values(from.begin(), from.end());
  for (const auto& [name, tensor] : into) {
    const auto found = values.find(name);
    if (found == values.end() || found->second.sizes() != tensor.sizes())
      throw DataError(where + ": tensor '" + name + "' is missing or has another shape");
    tensor.detach().copy_(found->second);
  }
}

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace

struct Trainer::Impl {
  TrainerConfig config;
  std::string resolved_config;
  TrainerHooks hooks;
  torch::Device device{torch::kCPU};
  LoadedModel loaded;
  bool bf16 = false;
  std::optional<Adapter> adapter;
  std::string base;  ///< hash of what the adapter stands on
  NamedTensors trained_of_model;
  std::unique_ptr<Loader> loader;
  std::vector<std::string> teacher_slots;
  Objective objective{nullptr};
  std::unique_ptr<Optimizer> optimizer;
  TrainCounters counters;

  void info(const std::string& message) {
    if (hooks.log != nullptr) hooks.log->info(message);
  }
  double learning_rate_of(std::int64_t step) const {
    const TrainConfig& train = config.train;
    return learning_rate_of_update(train.optimizer, (step + 1) * train.accumulate - 1,
                                   train.steps * train.accumulate, train.accumulate);
  }
  bool stopping() const { return hooks.stop != nullptr && hooks.stop->load(); }

  void build();
  StepResult train_step(TrainStep& step, double lr, std::vector<std::string>& sample_ids,
                        double& data_wait_s);
  void save(const fs::path& folder, const std::string& dtype = "f32");
  void save_adapter_to(const fs::path& folder) const;
  void checkpoint();
  void resume_from(const fs::path& folder);
  void resume();
  void check_disk() const;
  void evaluate(TrainLog& log);
  void loop(TrainLog& log);
};

void Trainer::Impl::build() {
  set_threads(static_cast<int>(config.threads));
  const DeviceChoice choice = choose_device(config.device);
  device = choice.device;
  info("device: " + choice.description);
  bf16 = config.dtype == "bf16" || (config.dtype == "auto" && computes_in(torch::kBFloat16, device));
  if (config.dtype == "auto") info(std::string("dtype auto: training in ") + (bf16 ? "bf16" : "f32"));
  if (config.train.optimizer.warmup_start_lr) {
    info(
        "train.optimizer.warmup_start_lr is an older key: the warmup begins at this rate; "
        "warmup_start_factor gives it as a share of lr");
  }
  loaded.tokenizer = load_tokenizer(config.tokenizer.empty() ? config.init_from : config.tokenizer);
  const ChatTemplate& chat = chat_of(config.model);
  loaded.special = find_special_tokens(*loaded.tokenizer, chat);
  loaded.preprocess = preprocess_of(config.model);
  loaded.preprocess.max_side = static_cast<int>(config.max_image_side);
  fit_to_start(config.model, *loaded.tokenizer, config.init_from);
  loaded.model = std::make_shared<PixelSailImpl>(config.model, WeightOptions{.device = device});
  const auto seed = static_cast<std::uint64_t>(config.train.seed);
  if (config.init_from.empty()) {
    loaded.model->initialize(seed);
  } else {
    load_parameters(*loaded.model, config.init_from);
  }
  objective = Objective(config.model, config.loss, device);
  objective->initialize(seed + 1);
  if (config.lora.rank > 0) {
    if (config.init_from.empty()) throw ConfigError("lora: an adapter needs a model to stand on (init_from)");
    base = base_hash(fs::path(config.init_from));
    adapter.emplace(*loaded.model, config.lora, seed);
    adapter->attach(*loaded.model);
  }
  TrainedParameters trained = choose_parameters(*loaded.model, adapter ? &*adapter : nullptr, *objective,
                                                config.train.parameters, config.train.optimizer);
  trained_of_model = std::move(trained.of_model);
  optimizer = std::make_unique<Optimizer>(std::move(trained.all), config.train.optimizer);
  loaded.model->single_transformer->model->recompute = config.train.recompute;

  for (const TeacherConfig& teacher : config.data.teachers) teacher_slots.push_back(teacher.slot);
  ExampleBuilder builder{.tokenizer = loaded.tokenizer,
                         .special = loaded.special,
                         .preprocess = loaded.preprocess,
                         .max_length = config.data.max_length,
                         .chat = &chat,
                         .scored_seg_only = config.model.traits().scored_seg_only};
  loader = std::make_unique<Loader>(config.data, std::move(builder), config.train.batch_size, seed);
}

StepResult Trainer::Impl::train_step(TrainStep& step, double lr, std::vector<std::string>& sample_ids,
                                     double& data_wait_s) {
  sample_ids.clear();
  for (std::int64_t index = 0; index < config.train.accumulate; ++index) {
    const Batch batch = loader->next();
    data_wait_s += loader->last_wait_s();
    counters.skipped += batch.skipped;
    for (const std::string& reason : batch.skip_reasons) {
      if (hooks.log != nullptr) hooks.log->warning("skipped: " + reason);
    }
    for (const Example& example : batch.examples) {
      sample_ids.push_back(example.id);
      counters.seg_mismatches += example.seg_count_mismatch ? 1 : 0;
      ++counters.samples;
    }
    step.accumulate(to_micro_batch(batch, teacher_slots, loaded.model->config), counters.step, index,
                    config.train.accumulate);
  }
  return step.finish(lr);
}

void Trainer::Impl::save(const fs::path& folder, const std::string& dtype) {
  save_checkpoint(folder, *loaded.model, *loaded.tokenizer, loaded.preprocess, resolve_dtype(dtype));
}

void Trainer::Impl::check_disk() const {
  // What a checkpoint holds of the model once, two optimizer moments, and room for the small files.
  std::int64_t values = adapter ? adapter->parameter_count() : loaded.model->parameter_count();
  if (adapter) {
    for (const auto& [name, tensor] : trained_of_model) values += tensor.numel();
  }
  const auto needed = static_cast<std::uintmax_t>(values) * 4 * 3 + (16U << 20);
  const fs::space_info space = fs::space(config.output_dir);
  if (space.available < needed) {
    throw RunError(config.output_dir + ": the next checkpoint needs " + std::to_string(needed >> 20) +
                   " MiB, but only " + std::to_string(space.available >> 20) +
                   " MiB are free; free some and run again with --resume");
  }
}

void Trainer::Impl::checkpoint() {
  check_disk();
  AtomicDirectory directory(checkpoint_folder(config.output_dir, counters.step), /*replace=*/true);
  if (adapter) {
    // The model itself lies in init_from.
    save_adapter_to(directory.path() / "adapter");
    write_tensors(directory.path() / kTrainedFile, trained_of_model);
  } else {
    save(directory.path());
  }
  save_trainer_state(directory.path() / "trainer", *optimizer, *objective, loader->state(), counters);
  write_checksums(directory.path());
  directory.commit();
  std::vector<fs::path> all = list_checkpoints(config.output_dir);
  for (std::size_t i = 0; i + static_cast<std::size_t>(config.train.keep_last) < all.size(); ++i)
    fs::remove_all(all[i]);
}

void Trainer::Impl::save_adapter_to(const fs::path& folder) const {
  fs::create_directories(folder);
  save_adapter(folder, *adapter, base, config.init_from);
}

void Trainer::Impl::resume_from(const fs::path& folder) {
  require_checksums(folder);
  if (adapter) {
    const Adapter saved = load_adapter(folder / "adapter", *loaded.model, base);
    copy_values(saved.tensors(), adapter->tensors(), (folder / "adapter").string());
    const std::map<std::string, torch::Tensor> tensors = read_tensors(folder / kTrainedFile);
    copy_values({tensors.begin(), tensors.end()}, trained_of_model, (folder / kTrainedFile).string());
  } else {
    load_parameters(*loaded.model, folder / "model.safetensors");
  }
  loader->restore(load_trainer_state(folder / "trainer", *optimizer, *objective, counters));
}

/// Continues from the newest checkpoint that can be read: a power failure may have broken the last one. What a
/// broken one has changed before its fault was found, the one before it overwrites.
void Trainer::Impl::resume() {
  const std::vector<fs::path> all = list_checkpoints(config.output_dir);
  std::exception_ptr first_fault;
  for (std::size_t i = all.size(); i-- > 0;) {
    try {
      resume_from(all[i]);
      info("resumed from " + all[i].string());
      return;
    } catch (const DataError& error) {
      if (!first_fault) first_fault = std::current_exception();
      if (i > 0 && hooks.log != nullptr) {
        hooks.log->warning(std::string(error.what()) + "; " + all[i].string() + " is passed over for " +
                           all[i - 1].filename().string());
      }
    }
  }
  std::rethrow_exception(first_fault);
}

void Trainer::Impl::evaluate(TrainLog& log) {
  if (!hooks.evaluate) return;
  nlohmann::ordered_json line;
  line["step"] = counters.step;
  loaded.model->eval();
  line.update(hooks.evaluate(loaded, counters.step));
  loaded.model->train();
  log.write_evaluation(line);
  info("step " + std::to_string(counters.step) + " evaluation: " + line.dump());
}

void Trainer::Impl::loop(TrainLog& log) {
  TrainStep step(*loaded.model, *objective, *optimizer, bf16, static_cast<std::uint64_t>(config.train.seed));
  Progress progress("train", config.train.steps, "step");
  progress.start_at(counters.step);
  std::vector<std::string> sample_ids;
  std::int64_t saved_at = counters.step;
  while (counters.step < config.train.steps && !stopping()) {
    const auto begin = std::chrono::steady_clock::now();
    const double lr = learning_rate_of(counters.step);
    double data_wait_s = 0;
    StepResult result;
    try {
      result = train_step(step, lr, sample_ids, data_wait_s);
    } catch (const RunError& error) {
      std::string names;
      for (const std::string& id : sample_ids) names += "\n  " + id;
      throw RunError("step " + std::to_string(counters.step + 1) + ": " + error.what() +
                     "; samples:" + names);
    }
    ++counters.step;
    counters.tokens += result.tokens;
    nlohmann::ordered_json line;
    line["step"] = counters.step;
    line["loss"] = result.loss;
    line["loss_lm"] = result.llm;
    line["loss_mask"] = result.mask;
    line["loss_dice"] = result.dice;
    line["loss_distill"] = result.mask2former + result.sam2;
    line["language_ce"] = result.language_ce;
    line["lr"] = lr;
    line["grad_norm"] = result.grad_norm;
    line["tokens"] = counters.tokens;
    line["masks"] = result.masks;
    line["skipped"] = counters.skipped;
    line["seg_mismatches"] = counters.seg_mismatches;
    line["data_wait_s"] = data_wait_s;
    line["forward_s"] = result.forward_s;
    line["backward_s"] = result.backward_s;
    line["optimizer_s"] = result.optimizer_s;
    line["step_s"] = seconds_since(begin);
    log.write_step(line);
    progress.update(counters.step, "loss " + std::to_string(result.loss).substr(0, 6));

    const auto due = [&](std::int64_t every) { return every > 0 && counters.step % every == 0; };
    if (due(config.train.eval_every) && counters.step < config.train.steps) evaluate(log);
    if (due(config.train.checkpoint_every) && counters.step < config.train.steps) {
      checkpoint();
      log.write_charts();
      saved_at = counters.step;
    }
  }
  progress.finish();
  if (saved_at < counters.step) checkpoint();
  if (counters.step > 0) log.write_charts();
}

Trainer::Trainer(TrainerConfig config, std::string resolved_config, TrainerHooks hooks)
    : impl_(std::make_unique<Impl>()) {
  impl_->config = std::move(config);
  impl_->resolved_config = std::move(resolved_config);
  impl_->hooks = std::move(hooks);
  impl_->build();
}

Trainer::~Trainer() = default;

bool Trainer::run(bool resume) {
  Impl& self = *impl_;
  const fs::path output(self.config.output_dir);
  fs::create_directories(output);
  const DirectoryLock lock(output);
  const fs::path newest = newest_checkpoint(output);
  if (!newest.empty() && !resume) {
    throw ConfigError(output.string() + " already holds a run (" + newest.filename().string() +
                      "): continue it with --resume or choose another output_dir");
  }
  self.check_disk();
  if (!newest.empty()) self.resume();
  write_file_atomic(output / "config.yaml", self.resolved_config);
  TrainLog log(output, self.counters.step);
  const bool already_done = self.counters.step >= self.config.train.steps;
  self.loop(log);
  if (self.counters.step < self.config.train.steps) {
    self.info("stopped at step " + std::to_string(self.counters.step) + "; continue with --resume");
    return false;
  }
  if (self.adapter && self.trained_of_model.empty() && (!already_done || !fs::exists(output / "adapter"))) {
    AtomicDirectory directory(output / "adapter", /*replace=*/true);
    self.save_adapter_to(directory.path());
    write_checksums(directory.path());
    directory.commit();
  }
  if (!already_done || !fs::exists(output / "final")) {
    AtomicDirectory directory(output / "final", /*replace=*/true);
    self.save(directory.path(), self.config.train.final_dtype);
    write_checksums(directory.path());
    directory.commit();
  }
  if (self.counters.skipped > 0 || self.counters.seg_mismatches > 0) {
    self.info(std::to_string(self.counters.skipped) + " samples were skipped, " +
              std::to_string(self.counters.seg_mismatches) + " had another number of [SEG] than masks");
  }
  return true;
}

DryRunReport Trainer::dry_run() {
  Impl& self = *impl_;
  TrainStep step(*self.loaded.model, *self.objective, *self.optimizer, self.bf16,
                 static_cast<std::uint64_t>(self.config.train.seed));
  std::vector<std::string> sample_ids;
  double wait = 0;
  const double lr = self.learning_rate_of(0);
  self.train_step(step, lr, sample_ids, wait);  // the first step pays for allocations
  constexpr int kTimed = 3;
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < kTimed; ++i) self.train_step(step, lr, sample_ids, wait);
  DryRunReport report;
  report.step_s = seconds_since(begin) / kTimed;
  report.parameters = self.loaded.model->parameter_count();
  for (const torch::Tensor& parameter : self.optimizer->parameters()) report.trained += parameter.numel();
  report.steps = self.config.train.steps;
  report.total_s = report.step_s * static_cast<double>(report.steps);
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  report.peak_memory = static_cast<std::int64_t>(usage.ru_maxrss) * 1024;
  report.dataset_sizes = self.loader->sizes();
  return report;
}

}  // namespace pixelsail
