#pragma once

/// Adapters in the files of PEFT: adapter_config.json and adapter_model.safetensors.

#include <filesystem>
#include <memory>
#include <string>

#include "checkpoint/open_checkpoint.h"
#include "model/adapter.h"

namespace pixelsail {

/// What tells one base from another whatever the files' element type, shards and family of names: 16
/// hexadecimal digits from every tensor's name and shape and from some of its values in bfloat16. A
/// config.json may carry it under "base_hash" instead, for files whose values are rounded (f16, int8, int4).
std::string base_hash(const OpenedCheckpoint& checkpoint);
std::string base_hash(const std::filesystem::path& checkpoint);
/// Whether its config.json carries the hash.
bool names_base(const OpenedCheckpoint& checkpoint);

/// Writes both files into an existing folder. `base` is the hash of the checkpoint that the adapter belongs
/// to, `base_name` where it lay (for people).
void save_adapter(const std::filesystem::path& folder, const Adapter& adapter, const std::string& base,
                  const std::string& base_name);

/// The tensors of an adapter by "<layer>.lora_A.weight" and "<layer>.lora_B.weight", with its settings.
struct AdapterFiles {
  LoraConfig config;
  std::string base_hash;  ///< empty: written by a program that does not note it
  std::map<std::string, torch::Tensor> tensors;
  std::string where;  ///< the folder, for messages
};

/// Throws DataError naming the file for anything missing, malformed, or of a kind that is not supported
/// (other methods than LoRA, trained biases, rank-stabilised or weight-decomposed scaling, whole layers saved
/// beside it, ranks that differ by layer).
AdapterFiles read_adapter(const std::filesystem::path& folder);

/// The same for a model whose checkpoint has the hash `base`. Throws DataError for one of another base.
Adapter load_adapter(const std::filesystem::path& folder, PixelSailImpl& model, const std::string& base);

}  // namespace pixelsail
