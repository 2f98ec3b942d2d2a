#pragma once

/// What PEFT says of an adapter beside its weights: adapter_config.json and the names of tensors.

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "model/lora_config.h"

namespace pixelsail {

/// PEFT wraps the model in two classes, whose members have these names.
inline constexpr const char* kPeftPrefix = "base_model.model.";

struct AdapterConfig {
  LoraConfig lora;
  std::string base_hash;  ///< empty: written by a program that does not note it
};

/// Throws DataError naming `where` for anything missing, malformed, or of a kind that is not supported (other methods
/// than LoRA, trained biases, rank-stabilised or weight-decomposed scaling, whole layers saved beside it, ranks that
/// differ by layer).
AdapterConfig adapter_config_from_json(const nlohmann::json& config, const std::string& where);

/// "<layer>.lora_A.weight" of a tensor's name in adapter_model.safetensors. Throws DataError for another name.
std::string adapter_tensor_name(const std::string& name, const std::string& where);

}  // namespace pixelsail
