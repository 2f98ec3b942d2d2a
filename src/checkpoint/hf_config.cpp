#include "checkpoint/hf_config.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "families/family.h"
#include "io/json.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

/// An architecture and the family it belongs to.
struct Known {
  const BackboneFamily* family;
  const HfArchitecture* architecture;
};

std::vector<Known> known_architectures() {
  std::vector<Known> known;
  for (const BackboneFamily* family : all_families())
    for (const HfArchitecture& architecture : family->architectures) known.push_back({family, &architecture});
  return known;
}

Known find_architecture(const Json& value, const std::string& where) {
  const std::vector<Known> all = known_architectures();
  std::string known;
  for (const Known& one : all) known += (known.empty() ? "" : ", ") + one.architecture->name;
  const auto list = value.find("architectures");
  if (list != value.end() && list->is_array() && !list->empty()) {
    for (const Known& one : all) {
      if (list->front() == one.architecture->name) return one;
    }
    throw DataError(where + ": architecture " + list->front().dump() + " is not supported (known: " + known +
                    ")");
  }
  const auto type = value.find("model_type");
  for (const Known& one : all) {
    if (type != value.end() && *type == one.architecture->model_type) return one;
  }
  throw DataError(where + ": neither 'architectures' nor 'model_type' names a known model (known: " + known +
                  ")");
}

/// A key that may be absent or null.
const Json* find(const Json& value, const char* key) {
  const auto it = value.find(key);
  return it == value.end() || it->is_null() ? nullptr : &*it;
}

std::int64_t int_or(const Json& value, const char* key, std::int64_t otherwise, const std::string& where) {
  return find(value, key) == nullptr ? otherwise : json_int(value, key, where);
}

bool flag_or(const Json& value, const char* key, bool otherwise, const std::string& where) {
  const Json* found = find(value, key);
  if (found == nullptr) return otherwise;
  if (!found->is_boolean()) throw DataError(where + ": key '" + key + "' is not true or false");
  return found->get<bool>();
}

/// The base of the rotary angles; whatever rescales them is refused.
double rope_theta(const Json& value, const std::string& where) {
  for (const char* key : {"rope_scaling", "rope_parameters"}) {
    const Json* rope = find(value, key);
    if (rope == nullptr) continue;
    for (const char* type_key : {"rope_type", "type"}) {
      const Json* type = rope->is_object() ? find(*rope, type_key) : nullptr;
      if (type != nullptr && *type != "default") {
        throw DataError(where + ": " + key + "." + type_key + " " + type->dump() +
                        " is not supported (only \"default\")");
      }
    }
  }
  const Json* parameters = find(value, "rope_parameters");
  if (parameters != nullptr && parameters->is_object() && parameters->contains("rope_theta"))
    return json_number(*parameters, "rope_theta", where + ": rope_parameters");
  // What the published classes take when the file does not say.
  constexpr double kDefaultTheta = 10000;
  return find(value, "rope_theta") == nullptr ? kDefaultTheta : json_number(value, "rope_theta", where);
}

}  // namespace

bool is_own_config(const nlohmann::json& value) {
  return value.is_object() && (value.value("model_type", Json()) == "pixelsail" || value.contains("model"));
}

ModelConfig model_config_from_hf(const nlohmann::json& value, const std::string& where) {
  if (!value.is_object()) throw DataError(where + ": not a JSON object");
  const auto [family, architecture] = find_architecture(value, where);
  if (const Json* activation = find(value, "hidden_act"); activation != nullptr && *activation != "silu") {
    throw DataError(where + ": hidden_act " + activation->dump() + " is not supported (only \"silu\")");
  }
  if (flag_or(value, "use_sliding_window", false, where)) {
    throw DataError(where + ": use_sliding_window is not supported");
  }
  ModelConfig config;
  config.backbone = Backbone::kText;
  config.vocab_size = json_int(value, "vocab_size", where);
  config.hidden_size = json_int(value, "hidden_size", where);
  config.intermediate_size = json_int(value, "intermediate_size", where);
  config.num_hidden_layers = json_int(value, "num_hidden_layers", where);
  config.num_attention_heads = json_int(value, "num_attention_heads", where);
  config.num_key_value_heads = int_or(value, "num_key_value_heads", config.num_attention_heads, where);
  config.head_dim = int_or(value, "head_dim", 0, where);
  config.max_position_embeddings = int_or(value, "max_position_embeddings", 32768, where);
  config.rms_norm_eps = json_number(value, "rms_norm_eps", where);
  config.rope_theta = rope_theta(value, where);
  config.tie_word_embeddings = flag_or(value, "tie_word_embeddings", false, where);
  config.attention_bias = flag_or(value, "attention_bias", architecture->attention_bias, where);
  if (family->reads_sliding_window) config.sliding_window = int_or(value, "sliding_window", 0, where);
  if (find(value, "vision_patch_size") != nullptr) {
    config.backbone = Backbone::kSail;
    config.vision_patch_size = json_int(value, "vision_patch_size", where);
  }
  config.mm_hidden_size = int_or(value, "mm_hidden_size", config.mm_hidden_size, where);
  validate_read(config, where);
  return config;
}

ModelConfig read_any_config(const nlohmann::json& value, const std::string& where) {
  return is_own_config(value) ? model_config_from_json(value, where) : model_config_from_hf(value, where);
}

nlohmann::ordered_json model_config_to_hf(const ModelConfig& config, const std::string& family_name,
                                          const std::string& dtype) {
  const BackboneFamily* family = find_family(family_name);
  const HfArchitecture* architecture = nullptr;
  if (family != nullptr) {
    const auto found =
        std::ranges::find(family->architectures, config.attention_bias, &HfArchitecture::attention_bias);
    if (found != family->architectures.end()) architecture = &*found;
  }
  if (architecture == nullptr) {
    throw ConfigError("no published model of the family '" + family_name + "' has attention_bias " +
                      (config.attention_bias ? "true" : "false"));
  }
  nlohmann::ordered_json object;
  object["architectures"] = {architecture->name};
  object["model_type"] = architecture->model_type;
  object["hidden_act"] = "silu";
  object["vocab_size"] = config.vocab_size;
  object["hidden_size"] = config.hidden_size;
  object["intermediate_size"] = config.intermediate_size;
  object["num_hidden_layers"] = config.num_hidden_layers;
  object["num_attention_heads"] = config.num_attention_heads;
  object["num_key_value_heads"] = config.num_key_value_heads;
  if (config.head_dim > 0) object["head_dim"] = config.head_dim;
  object["max_position_embeddings"] = config.max_position_embeddings;
  object["rms_norm_eps"] = config.rms_norm_eps;
  object["rope_theta"] = config.rope_theta;
  object["tie_word_embeddings"] = config.tie_word_embeddings;
  object["attention_dropout"] = 0.0;
  if (architecture->model_type == "mistral") {
    object["sliding_window"] = nullptr;
    if (config.sliding_window > 0) object["sliding_window"] = config.sliding_window;
  } else {
    object["use_sliding_window"] = false;
  }
  for (const HfKey& key : family->hf_keys) {
    switch (key.value) {
      case HfKey::Value::kPatchSize:
        object[key.key] = config.vision_patch_size;
        break;
      case HfKey::Value::kMmHiddenSize:
        object[key.key] = config.mm_hidden_size;
        break;
      case HfKey::Value::kConstant:
        object[key.key] = nlohmann::ordered_json::parse(key.constant);
        break;
    }
  }
  object["torch_dtype"] = dtype;
  return object;
}

}  // namespace pixelsail
