#include "checkpoint/wrong_folder.h"

#include <nlohmann/json.hpp>

#include "checkpoint/hf_config.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace fs = std::filesystem;
namespace {

std::string how_to_convert(const fs::path& from) {
  return "; make a Pixel-SAIL checkpoint of it with\n  pixelsail-convert --from " + from.string() +
         " --to NEW_FOLDER --init-missing vis_embed,vp_embed,mask_head";
}

/// "Qwen2ForCausalLM", else the model_type; empty when it says neither.
std::string kind_of(const nlohmann::json& config) {
  const auto list = config.find("architectures");
  if (list != config.end() && list->is_array() && !list->empty() && list->front().is_string())
    return list->front().get<std::string>();
  const auto type = config.find("model_type");
  return type != config.end() && type->is_string() ? type->get<std::string>() : std::string();
}

}  // namespace

void refuse_wrong_folder(const fs::path& folder) {
  std::error_code error;
  if (fs::is_regular_file(folder, error)) {
    throw DataError(folder.string() +
                    ": is a file, a checkpoint is a folder (config.json, model.safetensors, ...)" +
                    how_to_convert(folder));
  }
  if (fs::exists(folder / "config.json", error)) return;
  if (fs::exists(folder / "adapter_config.json", error)) {
    throw DataError(
        folder.string() +
        ": is the folder of a LoRA adapter, not of a model; give the model that it was trained on, and "
        "this folder as --adapter (or merge both with pixelsail-convert --merge-lora)");
  }
  if (fs::exists(folder / "final" / "config.json", error)) {
    throw DataError(folder.string() + ": is the folder of a training; its model is " +
                    (folder / "final").string());
  }
  if (fs::is_directory(folder / "checkpoints", error)) {
    throw DataError(folder.string() + ": is the folder of a training that has not ended; its models are " +
                    (folder / "checkpoints" / "step_*").string());
  }
}

void refuse_other_model(const nlohmann::json& config, const std::string& where, const fs::path& folder) {
  if (!config.is_object() || is_own_config(config)) return;
  const std::string kind = kind_of(config);
  if (kind.empty()) return;
  std::string what =
      kind.substr(0, 60) + (kind.find("ForCausalLM") != kind.npos || kind == "qwen2" || kind == "mistral"
                                ? ", a language model"
                                : ", another model");
  throw DataError(where + ": is of " + what + ", not of a Pixel-SAIL model" + how_to_convert(folder));
}

}  // namespace pixelsail
