#include "checkpoint/adapter_files.h"

#include <torch/torch.h>

#include <algorithm>

#include "checkpoint/adapter_config.h"
#include "core/fingerprint.h"
#include "io/json.h"
#include "model/weights.h"
#include "model/weights_load.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace fs = std::filesystem;
namespace {

constexpr const char* kConfigFile = "adapter_config.json";
constexpr const char* kTensorFile = "adapter_model.safetensors";

/// Some values of a tensor, evenly spread, in bfloat16.
torch::Tensor sample_values(const TensorSource& source, const std::string& name) {
  constexpr std::int64_t kSamples = 16;
  const TensorInfo& info = source.info(name);
  const std::int64_t count = info.numel(), taken = std::min(count, kSamples);
  const std::size_t size = dtype_size(info.dtype);
  torch::Tensor values = torch::empty({taken}, to_scalar_type(info.dtype));
  auto* out = static_cast<std::byte*>(values.data_ptr());
  for (std::int64_t i = 0; i < taken; ++i) {
    const auto place = static_cast<std::uint64_t>(i * (count / taken));
    source.read_part(name, place * size, {out + static_cast<std::size_t>(i) * size, size});
  }
  return values.to(torch::kBFloat16);
}

}  // namespace

bool names_base(const OpenedCheckpoint& checkpoint) {
  const fs::path file = checkpoint.folder / "config.json";
  if (!fs::exists(file)) return false;
  const Json config = read_json(file);
  return config.is_object() && config.contains("base_hash");
}

std::string base_hash(const OpenedCheckpoint& checkpoint) {
  if (names_base(checkpoint)) {
    const fs::path file = checkpoint.folder / "config.json";
    return json_string(read_json(file), "base_hash", file.string());
  }
  Fingerprint hash;
  for (const auto& [ours, theirs] : map_names(*checkpoint.tensors, checkpoint.names).theirs) {
    if (ours == kOutputLayerName) continue;  // a shared one is stored in some files and not in others
    const std::vector<std::int64_t>& shape = checkpoint.tensors->info(theirs).shape;
    const torch::Tensor values = sample_values(*checkpoint.tensors, theirs);
    hash.add(ours);
    for (const std::int64_t side : shape) hash.add(side);
    hash.add(std::string_view(static_cast<const char*>(values.const_data_ptr()), values.nbytes()));
  }
  return hash.text();
}

std::string base_hash(const fs::path& checkpoint) {
  return base_hash(open_checkpoint(checkpoint));
}

void save_adapter(const fs::path& folder, const Adapter& adapter, const std::string& base,
                  const std::string& base_name) {
  const LoraConfig& lora = adapter.config();
  OrderedJson config;
  config["peft_type"] = "LORA";
  config["task_type"] = nullptr;
  config["base_model_name_or_path"] = base_name;
  config["base_hash"] = base;
  config["r"] = lora.rank;
  config["lora_alpha"] = lora.alpha;
  config["lora_dropout"] = lora.dropout;
  config["target_modules"] = lora.targets;
  config["bias"] = "none";
  config["fan_in_fan_out"] = false;
  config["inference_mode"] = true;
  NamedTensors tensors;
  for (const auto& [name, tensor] : adapter.tensors()) tensors.emplace_back(kPeftPrefix + name, tensor);
  write_tensors(folder / kTensorFile, tensors, {{"format", "pt"}});
  write_json_atomic(folder / kConfigFile, config);
}

AdapterFiles read_adapter(const fs::path& folder) {
  const fs::path file = folder / kConfigFile;
  if (!fs::exists(file)) throw DataError(file.string() + ": no such file (an adapter's folder has one)");
  AdapterConfig config = adapter_config_from_json(read_json(file), file.string());
  AdapterFiles adapter{.config = std::move(config.lora),
                       .base_hash = std::move(config.base_hash),
                       .tensors = {},
                       .where = (folder / kTensorFile).string()};
  for (auto& [name, tensor] : read_tensors(folder / kTensorFile)) {
    const std::string own = adapter_tensor_name(name, adapter.where);
    if (!torch::isfinite(tensor).all().item<bool>())
      throw DataError(adapter.where + ": '" + name + "' holds NaN or infinite values");
    adapter.tensors[own] = tensor;
  }
  return adapter;
}

Adapter load_adapter(const fs::path& folder, PixelSailImpl& model, const std::string& base) {
  const AdapterFiles files = read_adapter(folder);
  if (!files.base_hash.empty() && files.base_hash != base) {
    throw DataError((folder / kConfigFile).string() + ": the adapter belongs to another base (hash " +
                    files.base_hash + ", this checkpoint has " + base + ")");
  }
  return {model, files.config, files.tensors, files.where};
}

}  // namespace pixelsail
