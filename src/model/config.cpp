#include "model/config.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <type_traits>

#include "pixelsail/error.h"

namespace pixelsail {
namespace {

constexpr std::int64_t kFormatVersion = 1;

/// Keys a config.json may leave out.
bool optional_key(const std::string& key) {
  return key == "head_dim" || key == "in_dim_limit" || key == "mask_stride" || key == "visual_prompt_nums" ||
         key == "max_position_embeddings" || key == "attention_bias" || key == "mm_hidden_size" ||
         key == "patch_stride" || key == "prompt_injection";
}

/// As enum_from_json(), but that "backbone" is what the message calls it.
Backbone backbone_from_json(const nlohmann::json& value, const std::string& where) {
  for (const auto& [backbone, name] : enum_names(Backbone{}))
    if (value == name) return backbone;
  throw DataError(where + ": backbone " + value.dump() + " is not supported");
}

Quantization parse_quantization(const nlohmann::json& value, const std::string& where) {
  if (value == quantization_name(Quantization::kNone)) return Quantization::kNone;
  for (const DTypeRow& row : kDTypes)
    if (is_quantized(row.dtype) && value == row.name) return row.dtype;
  throw DataError(where + ": quantization " + value.dump() + " is not supported");
}

/// The backbone is stored under "model" (model_config_to_json()).
bool is_backbone_key(const std::string& key) {
  return key == "backbone";
}

template <NamedEnum E>
E enum_from_json(const nlohmann::json& value, const std::string& key, const std::string& where) {
  if (!value.is_string()) throw DataError(where + ": key '" + key + "' has the wrong type: " + value.dump());
  const auto known = find_value<E>(value.get_ref<const std::string&>());
  if (!known) throw DataError(where + ": " + key + " " + value.dump() + " is not supported");
  return *known;
}

struct JsonFieldReader {
  const nlohmann::json& object;
  const std::string& where;

  template <class T>
  void field(const char* key, T& value, const FieldSpec& spec = {}) {
    if (is_backbone_key(key)) return;
    const auto it = object.find(key);
    if (it == object.end()) {
      if (optional_key(key)) return;
      throw DataError(where + ": key '" + key + "' is missing");
    }
    if constexpr (NamedEnum<T>) {
      value = enum_from_json<T>(*it, key, where);
    } else {
      const bool right_type = std::is_same_v<T, bool> ? it->is_boolean()
                              : std::is_integral_v<T> ? it->is_number_integer()
                                                      : it->is_number();
      if (!right_type) throw DataError(where + ": key '" + key + "' has the wrong type: " + it->dump());
      // As a double first: an integer beyond 2^63 would turn negative.
      constexpr double kMost = std::is_integral_v<T> ? 0x1p62 : std::numeric_limits<double>::infinity();
      if (!std::is_same_v<T, bool> &&
          !(it->get<double>() >= spec.min && it->get<double>() <= std::min(spec.max, kMost)))
        throw DataError(where + ": key '" + key + "' is out of range: " + it->dump());
      value = it->get<T>();
    }
  }
};

struct JsonFieldWriter {
  nlohmann::ordered_json& object;
  template <class T>
  void field(const char* key, T& value, const FieldSpec& = {}) {
    if (is_backbone_key(key)) return;
    if constexpr (NamedEnum<T>) {
      object[key] = name_of(value);
    } else {
      object[key] = value;
    }
  }
};

}  // namespace

std::string quantization_name(Quantization quantization) {
  return quantization == Quantization::kNone ? "none" : std::string(dtype_row(quantization).name);
}

std::int64_t ModelConfig::num_upsample_blocks() const {
  std::int64_t blocks = 0;
  for (std::int64_t stride = vision_patch_size; stride > mask_stride; stride /= 2) ++blocks;
  return blocks;
}

std::int64_t ModelConfig::token_id(const std::string& token) const {
  const auto it = special_token_ids.find(token);
  if (it == special_token_ids.end()) throw ConfigError("special_token_ids has no '" + token + "'");
  return it->second;
}

std::vector<std::int64_t> ModelConfig::prompt_token_ids() const {
  std::vector<std::int64_t> ids;
  for (std::int64_t k = 0; k < visual_prompt_nums; ++k)
    ids.push_back(token_id("<Prompt" + std::to_string(k) + ">"));
  return ids;
}

void validate(const ModelConfig& config, const std::string& where) {
  const auto require = [&where](bool good, const std::string& message) {
    if (!good) throw ConfigError(where + ": " + message);
  };
  require(config.vocab_size > 0, "vocab_size must be positive");
  require(config.hidden_size > 0 && config.intermediate_size > 0 && config.num_hidden_layers > 0 &&
              config.num_attention_heads > 0 && config.num_key_value_heads > 0 &&
              config.seg_hidden_states > 0 && config.in_dim_limit > 0 && config.vision_patch_size > 0 &&
              config.mask_stride > 0,
          "sizes must be positive");
  // What a file may ask for before its tensors are looked at.
  constexpr std::int64_t kMostLayers = 4096, kMostOfAll = std::int64_t{1} << 24;
  const auto widest = std::max({config.vocab_size, config.hidden_size, config.intermediate_size,
                                config.num_attention_heads, config.head_dim, config.seg_hidden_states,
                                config.in_dim_limit, config.vision_patch_size, config.mm_hidden_size});
  require(config.num_hidden_layers <= kMostLayers && widest <= kMostOfAll,
          "sizes are larger than those of any model");
  require(config.max_position_embeddings > 0 && config.sliding_window >= 0,
          "max_position_embeddings must be positive, sliding_window not negative");
  require(config.rope_theta >= 1 && config.rms_norm_eps >= 0,
          "rope_theta must be at least 1, rms_norm_eps at least 0");
  require(config.head_dim > 0 || config.hidden_size % config.num_attention_heads == 0,
          "hidden_size must be a multiple of num_attention_heads (or head_dim given)");
  require(config.num_attention_heads % config.num_key_value_heads == 0,
          "num_attention_heads must be a multiple of num_key_value_heads");
  require(config.head_size() % 2 == 0, "the head dimension must be even (rotary positions)");
  for (const auto& [token, id] : config.special_token_ids) {
    require(id >= 0 && id < config.vocab_size, "id of '" + token + "' is outside the vocabulary");
  }
  if (!config.has_vision()) return;
  require(!config.traits().grid_positions || config.head_size() % 4 == 0,
          "the head dimension must be a multiple of 4 (two-dimensional positions)");
  if (config.traits().patches_replace_tokens) {
    require(config.mm_hidden_size > 0 && config.patch_stride > 0 &&
                config.vision_patch_size % config.patch_stride == 0,
            "vision_patch_size must be a multiple of patch_stride");
  }
  std::int64_t stride = config.vision_patch_size;
  while (stride > config.mask_stride && stride % 2 == 0) stride /= 2;
  require(stride == config.mask_stride, "vision_patch_size must be mask_stride times a power of two");
}

void validate_read(const ModelConfig& config, const std::string& where) {
  try {
    validate(config, where);
  } catch (const ConfigError& error) {
    throw DataError(error.what());
  }
}

ModelConfig model_config_from_json(const nlohmann::json& value, const std::string& where) {
  if (!value.is_object()) throw DataError(where + ": not a JSON object");
  ModelConfig config;
  if (const auto it = value.find("model"); it != value.end())
    config.backbone = backbone_from_json(*it, where);
  JsonFieldReader reader{value, where};
  reader.field("vocab_size", config.vocab_size);
  describe(reader, config);
  if (value.contains("sliding_window")) reader.field("sliding_window", config.sliding_window, {.min = 0});
  if (const auto it = value.find("quantization"); it != value.end())
    config.quantization = parse_quantization(*it, where);
  if (const auto it = value.find("special_token_ids"); it != value.end()) {
    if (!it->is_object()) throw DataError(where + ": special_token_ids is not an object");
    for (const auto& [token, id] : it->items()) {
      if (!id.is_number_integer()) throw DataError(where + ": id of '" + token + "' is not an integer");
      config.special_token_ids[token] = id.get<std::int64_t>();
    }
  }
  if (const auto it = value.find("format_version"); it != value.end() && *it != kFormatVersion) {
    throw DataError(where + ": format_version " + it->dump() + " is not supported (expected " +
                    std::to_string(kFormatVersion) + ")");
  }
  validate_read(config, where);
  return config;
}

nlohmann::ordered_json model_config_to_json(const ModelConfig& config) {
  nlohmann::ordered_json object;
  object["model_type"] = "pixelsail";
  object["format_version"] = kFormatVersion;
  object["model"] = name_of(config.backbone);
  object["vocab_size"] = config.vocab_size;
  ModelConfig copy = config;
  JsonFieldWriter writer{object};
  describe(writer, copy);
  if (config.quantization != Quantization::kNone)
    object["quantization"] = quantization_name(config.quantization);
  if (config.sliding_window > 0) object["sliding_window"] = config.sliding_window;
  object["in_dim"] = config.mask_in_dim();
  object["num_upsample_blocks"] = config.num_upsample_blocks();
  object["special_token_ids"] = config.special_token_ids;
  return object;
}

}  // namespace pixelsail
