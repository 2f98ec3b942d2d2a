#include "train/trainer_state.h"

#include <torch/torch.h>

#include "io/json.h"
#include "model/weights.h"
#include "pixelsail/error.h"

namespace pixelsail {

void save_trainer_state(const std::filesystem::path& folder, const Optimizer& optimizer,
                        const ObjectiveImpl& objective, const nlohmann::json& loader_state,
                        const TrainCounters& counters) {
  NamedTensors tensors = optimizer.state();
  for (auto& [name, tensor] : named_tensors(objective)) tensors.emplace_back("objective." + name, tensor);
  write_tensors(folder / "optimizer.safetensors", tensors);
  OrderedJson state;
  state["step"] = counters.step;
  state["samples"] = counters.samples;
  state["tokens"] = counters.tokens;
  state["skipped"] = counters.skipped;
  state["seg_mismatches"] = counters.seg_mismatches;
  if (!counters.skipped_by_reason.empty()) state["skipped_by_reason"] = counters.skipped_by_reason;
  state["loader"] = loader_state;
  write_json_atomic(folder / "state.json", state);
}

nlohmann::json load_trainer_state(const std::filesystem::path& folder, Optimizer& optimizer,
                                  ObjectiveImpl& objective, TrainCounters& counters) {
  const std::filesystem::path file = folder / "optimizer.safetensors";
  const std::map<std::string, torch::Tensor> tensors = read_tensors(file);
  optimizer.load_state(tensors, file.string());
  const torch::NoGradGuard no_grad;
  for (auto& [name, tensor] : named_tensors(objective)) {
    const auto it = tensors.find("objective." + name);
    if (it == tensors.end() || it->second.sizes() != tensor.sizes()) {
      throw DataError(file.string() + ": tensor 'objective." + name + "' is missing or has another shape");
    }
    tensor.copy_(it->second);
  }
  const std::string where = (folder / "state.json").string();
  Json state = read_json(folder / "state.json");
  counters.step = json_int(state, "step", where);
  counters.samples = json_int(state, "samples", where);
  counters.tokens = json_int(state, "tokens", where);
  counters.skipped = json_int(state, "skipped", where);
  counters.seg_mismatches = json_int(state, "seg_mismatches", where);
  counters.skipped_by_reason.clear();
  if (const auto found = state.find("skipped_by_reason"); found != state.end() && found->is_object()) {
    for (const auto& [reason, unused] : found->items())
      counters.skipped_by_reason[reason] = json_int(*found, reason.c_str(), where);
  }
  return json_at(state, "loader", where);
}

}  // namespace pixelsail
