#pragma once

/// config.json of Hugging Face checkpoints: both generations (rope_theta and torch_dtype at the top, or
/// rope_parameters and dtype as transformers 5 writes them).

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "model/config.h"

namespace pixelsail {

/// True for a config.json of this project (model_type "pixelsail", or the "model" key of golden cases).
bool is_own_config(const nlohmann::json& value);

/// The language model of a Qwen2 or Mistral checkpoint, or of a model built on one of them (SAIL, SOLO,
/// EVEv2); `backbone` is kText unless the file has a vision_patch_size ("sail"). Keys that change nothing
/// here are left alone. Throws DataError naming `where` and the key for missing keys, wrong types, sizes that
/// do not fit each other, and for what this library does not compute: another architecture, activation or
/// rotary scaling, a sliding window in some layers.
ModelConfig model_config_from_hf(const nlohmann::json& value, const std::string& where);

/// Whatever a config.json is: ours or Hugging Face's.
ModelConfig read_any_config(const nlohmann::json& value, const std::string& where);

/// A config.json for a family (NameTable::family) that the published code of that family reads.
/// `dtype` is Hugging Face's spelling ("bfloat16").
nlohmann::ordered_json model_config_to_hf(const ModelConfig& config, const std::string& family_name,
                                          const std::string& dtype);

}  // namespace pixelsail
