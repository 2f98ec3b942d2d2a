#include "checkpoint/adapter_config.h"

#include "io/json.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

/// Settings of PEFT that change what an adapter computes and are not supported, unless they say "no".
void refuse_variants(const Json& config, const std::string& where) {
  if (const std::string& type = json_string(config, "peft_type", where); type != "LORA")
    throw DataError(where + ": peft_type is " + type + ", only LORA is supported");
  for (const char* key : {"use_rslora", "use_dora", "fan_in_fan_out", "lora_bias"}) {
    const auto found = config.find(key);
    if (found != config.end() && !found->is_null() && *found != false)
      throw DataError(where + ": " + key + " " + found->dump() + " is not supported");
  }
  for (const char* key : {"rank_pattern", "alpha_pattern", "modules_to_save", "layers_to_transform"}) {
    const auto found = config.find(key);
    if (found != config.end() && !found->empty())
      throw DataError(where + ": " + key + " " + found->dump() + " is not supported");
  }
  if (const auto bias = config.find("bias"); bias != config.end() && *bias != "none")
    throw DataError(where + ": bias " + bias->dump() + " is not supported (only \"none\")");
}

LoraConfig lora_config(const Json& config, const std::string& where) {
  LoraConfig lora;
  lora.rank = json_int(config, "r", where);
  lora.alpha = json_number(config, "lora_alpha", where);
  if (lora.rank < 1) throw DataError(where + ": r is " + std::to_string(lora.rank));
  if (config.contains("lora_dropout")) lora.dropout = json_number(config, "lora_dropout", where);
  lora.targets.clear();
  const Json& targets = json_at(config, "target_modules", where);
  if (targets.is_string()) {
    lora.targets.push_back(targets.get<std::string>());
  } else if (targets.is_array()) {
    for (const Json& target : targets) {
      if (!target.is_string()) throw DataError(where + ": target_modules holds " + target.dump());
      lora.targets.push_back(target.get<std::string>());
    }
  } else {
    throw DataError(where + ": target_modules is neither a text nor a list");
  }
  return lora;
}

}  // namespace

AdapterConfig adapter_config_from_json(const nlohmann::json& config, const std::string& where) {
  if (!config.is_object()) throw DataError(where + ": not a JSON object");
  refuse_variants(config, where);
  return {
      .lora = lora_config(config, where),
      .base_hash = config.contains("base_hash") ? json_string(config, "base_hash", where) : std::string()};
}

std::string adapter_tensor_name(const std::string& name, const std::string& where) {
  if (!name.starts_with(kPeftPrefix)) throw DataError(where + ": '" + name + "' is no name of PEFT's");
  return name.substr(std::string(kPeftPrefix).size());
}

}  // namespace pixelsail
