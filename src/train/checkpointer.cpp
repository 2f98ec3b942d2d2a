#include "train/checkpointer.h"

#include <torch/torch.h>

#include <exception>

#include "checkpoint/adapter_files.h"
#include "checkpoint/checksums.h"
#include "io/atomic_file.h"
#include "io/json.h"
#include "model/device.h"
#include "model/weights.h"
#include "model/weights_load.h"
#include "pixelsail/error.h"
#include "train/run_folder.h"

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

}  // namespace

void Checkpointer::check_disk() const {
  // What a checkpoint holds of the model once, two optimizer moments, and room for the small files.
  std::int64_t values = run_.adapter ? run_.adapter->parameter_count() : run_.loaded.model->parameter_count();
  if (run_.adapter) {
    for (const auto& [name, tensor] : run_.trained_of_model) values += tensor.numel();
  }
  const auto needed = static_cast<std::uintmax_t>(values) * 4 * 3 + (16U << 20);
  const fs::space_info space = fs::space(run_.config.output_dir);
  if (space.available < needed) {
    throw RunError(run_.config.output_dir + ": the next checkpoint needs " + std::to_string(needed >> 20) +
                   " MiB, but only " + std::to_string(space.available >> 20) +
                   " MiB are free; free some and run again with --resume");
  }
}

void Checkpointer::with_trained_weights(const std::function<void()>& body) const {
  run_.masters ? run_.masters->with_originals_in_model(body) : body();
}

void Checkpointer::save_model(const fs::path& folder, const std::string& dtype) const {
  save_checkpoint(folder, *run_.loaded.model, *run_.loaded.tokenizer, run_.loaded.preprocess,
                  resolve_dtype(dtype));
}

void Checkpointer::save_adapter_to(const fs::path& folder) const {
  fs::create_directories(folder);
  save_adapter(folder, *run_.adapter, run_.base, run_.config.init_from);
}

void Checkpointer::write_model_and_state(const fs::path& folder) const {
  if (run_.adapter) {
    // The model itself lies in init_from.
    save_adapter_to(folder / "adapter");
    write_tensors(folder / kTrainedFile, run_.trained_of_model);
  } else {
    save_model(folder, "f32");
  }
  save_trainer_state(folder / "trainer", *run_.optimizer, *run_.objective, run_.loader->state(),
                     run_.counters);
}

void Checkpointer::save() const {
  const fs::path output(run_.config.output_dir);
  remove_unfinished(output);
  check_disk();
  AtomicDirectory directory(checkpoint_folder(output, run_.counters.step),
                            AtomicDirectory::Existing::kReplace);
  with_trained_weights([&] { write_model_and_state(directory.path()); });
  write_checksums(directory.path());
  directory.commit();
  const std::vector<fs::path> all = list_checkpoints(output);
  for (std::size_t i = 0; i + static_cast<std::size_t>(run_.config.train.keep_last) < all.size(); ++i)
    remove_checkpoint(all[i]);
}

fs::path Checkpointer::resume() {
  const std::vector<fs::path> all = list_checkpoints(run_.config.output_dir);
  std::exception_ptr first_fault;
  for (std::size_t i = all.size(); i-- > 0;) {
    try {
      // What a broken one changes before its fault is found, the one before it overwrites.
      resume_from(all[i]);
      return all[i];
    } catch (const DataError& error) {
      if (!first_fault) first_fault = std::current_exception();
      if (i > 0) {
        run_.context.warning(std::string(error.what()) + "; " + all[i].string() + " is passed over for " +
                             all[i - 1].filename().string());
      }
    }
  }
  if (first_fault) std::rethrow_exception(first_fault);
  throw DataError(run_.config.output_dir + ": there is no checkpoint to continue from");
}

void Checkpointer::resume_from(const fs::path& folder) {
  require_checksums(folder);
  with_trained_weights([&] { read_model_and_state(folder); });
}

void Checkpointer::read_model_and_state(const fs::path& folder) {
  if (run_.adapter) {
    const Adapter saved = load_adapter(folder / "adapter", *run_.loaded.model, run_.base);
    copy_values(saved.tensors(), run_.adapter->tensors(), (folder / "adapter").string());
    const std::map<std::string, torch::Tensor> tensors = read_tensors(folder / kTrainedFile);
    copy_values({tensors.begin(), tensors.end()}, run_.trained_of_model, (folder / kTrainedFile).string());
  } else {
    load_parameters(*run_.loaded.model, folder / "model.safetensors");
  }
  run_.loader->restore(
      load_trainer_state(folder / "trainer", *run_.optimizer, *run_.objective, run_.counters));
}

void Checkpointer::save_best(const WatchedScore& watched, const ScoreWatch::Best& best) const {
  check_disk();
  AtomicDirectory directory(fs::path(run_.config.output_dir) / "best", AtomicDirectory::Existing::kReplace);
  with_trained_weights([&] { save_model(directory.path(), run_.config.train.final_dtype); });
  if (trains_adapter_only()) save_adapter_to(directory.path() / "adapter");
  const OrderedJson record{{"step", best.step}, {"metric", watched.metric}, {"score", best.score}};
  write_json_atomic(directory.path() / "best.json", record);
  write_checksums(directory.path());
  directory.commit();
}

void Checkpointer::save_results(bool again) const {
  const fs::path output(run_.config.output_dir);
  if (trains_adapter_only() && (again || !fs::exists(output / "adapter"))) {
    AtomicDirectory directory(output / "adapter", AtomicDirectory::Existing::kReplace);
    save_adapter_to(directory.path());
    write_checksums(directory.path());
    directory.commit();
  }
  if (again || !fs::exists(output / "final")) {
    AtomicDirectory directory(output / "final", AtomicDirectory::Existing::kReplace);
    with_trained_weights([&] { save_model(directory.path(), run_.config.train.final_dtype); });
    write_checksums(directory.path());
    directory.commit();
  }
}

}  // namespace pixelsail
