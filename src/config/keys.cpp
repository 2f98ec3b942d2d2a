#include "config/keys.h"

#include <algorithm>
#include <map>

#include "pixelsail/error.h"

namespace pixelsail {
namespace {

using Json = nlohmann::ordered_json;

const char* json_type(ConfigKey::Type type) {
  switch (type) {
    case ConfigKey::Type::kBoolean:
      return "boolean";
    case ConfigKey::Type::kInteger:
      return "integer";
    case ConfigKey::Type::kNumber:
      return "number";
    case ConfigKey::Type::kText:
      return "string";
    case ConfigKey::Type::kMapping:
      break;
  }
  return "object";
}

/// A limit as people write it: 64, not 64.0.
Json number(double value) {
  constexpr double kExact = 9e15;
  if (std::abs(value) < kExact && value == std::floor(value)) return static_cast<std::int64_t>(value);
  return value;
}

/// The schema of one value, without what a list or mapping of it adds.
Json value_schema(const ConfigKey& key) {
  Json schema;
  schema["type"] = json_type(key.type);
  if (key.nullable) schema["type"] = Json::array({json_type(key.type), "null"});
  if (std::isfinite(key.spec.min)) schema["minimum"] = number(key.spec.min);
  if (std::isfinite(key.spec.max)) schema["maximum"] = number(key.spec.max);
  if (!key.spec.one_of.empty()) {
    schema["enum"] = key.spec.one_of;
    if (key.nullable) schema["enum"].push_back(nullptr);
  }
  if (key.type == ConfigKey::Type::kMapping) {
    schema["properties"] = Json::object();
    schema["additionalProperties"] = false;
  }
  return schema;
}

/// Where a path ends in its parent and its own name.
std::pair<std::string, std::string> split(const std::string& path) {
  const std::size_t dot = path.rfind('.');
  if (dot == std::string::npos) return {"", path};
  return {path.substr(0, dot), path.substr(dot + 1)};
}

std::string words(const ConfigKey& key) {
  static const std::map<ConfigKey::Type, std::string> kNames{{ConfigKey::Type::kBoolean, "true or false"},
                                                             {ConfigKey::Type::kInteger, "integer"},
                                                             {ConfigKey::Type::kNumber, "number"},
                                                             {ConfigKey::Type::kText, "text"},
                                                             {ConfigKey::Type::kMapping, "mapping"}};
  std::string text = kNames.at(key.type);
  if (!key.spec.one_of.empty()) {
    text.clear();
    for (const std::string& value : key.spec.one_of)
      text += (text.empty() ? "" : ", ") + (value.empty() ? "''" : value);
  }
  const bool low = std::isfinite(key.spec.min), high = std::isfinite(key.spec.max);
  if (low && high) {
    text += " from " + number(key.spec.min).dump() + " to " + number(key.spec.max).dump();
  } else if (low) {
    text += ", at least " + number(key.spec.min).dump();
  } else if (high) {
    text += ", at most " + number(key.spec.max).dump();
  }
  if (key.list) text = "list of: " + text;
  if (key.named) text = "names to: " + text;
  if (key.nullable) text += ", or null";
  return text;
}

std::string fallback_words(const ConfigKey& key) {
  if (key.spec.required) return "required";
  if (key.fallback.is_null()) return key.nullable ? "null" : "";
  if (key.fallback == "") return "''";
  return key.fallback.is_string() ? key.fallback.get<std::string>() : key.fallback.dump();
}

/// Whether a key is one of a list's items or of a named mapping: those are given whole.
bool in_list(const std::string& path) {
  return path.find("[]") != std::string::npos || path.find(".*") != std::string::npos;
}

/// Requires `name` of a list's items (at `items`) unless `defaults` or a base stands beside the list.
void require_without(Json& schema, const Json::json_pointer& items, const std::string& defaults,
                     const std::string& name) {
  const Json::json_pointer list = items.parent_pointer(), mapping = list.parent_pointer().parent_pointer();
  Json& rule = schema[mapping]["allOf"][0];
  rule["if"]["not"]["anyOf"] = Json::array();
  for (const std::string& other : {std::string(kBaseKey), defaults})
    rule["if"]["not"]["anyOf"].push_back(Json{{"required", Json::array({other})}});
  rule["then"]["properties"][list.back()]["items"]["required"].push_back(name);
}

/// "data.datasets[0].kind" -> "data.datasets[].kind".
std::string without_indices(const std::string& path) {
  std::string plain;
  for (std::size_t at = 0; at < path.size(); ++at) {
    plain += path[at];
    if (path[at] != '[') continue;
    const std::size_t end = std::min(path.find_first_not_of("0123456789", at + 1), path.size());
    if (end < path.size() && path[end] == ']') at = end - 1;
  }
  return plain;
}

const ConfigKey& find(const std::vector<ConfigKey>& keys, const std::string& asked) {
  std::string path = without_indices(asked);
  if (path.ends_with("[]")) path.resize(path.size() - 2);
  std::vector<const ConfigKey*> ending;
  std::vector<std::string> paths;
  for (const ConfigKey& key : keys) {
    if (key.path == path) return key;
    if (key.shared) continue;
    if (key.path.ends_with("." + path)) ending.push_back(&key);
    paths.push_back(key.path);
  }
  if (ending.size() == 1) return *ending.front();
  std::string message = "'" + asked + "' is no key";
  if (ending.size() > 1) {
    message = "'" + asked + "' is the end of several keys:";
    for (const ConfigKey* key : ending) message += "\n  " + key->path;
  } else if (const std::string nearest = nearest_name(path, paths); !nearest.empty()) {
    message += " (did you mean '" + nearest + "'?)";
  }
  throw ConfigError(message);
}

}  // namespace

Json config_schema(const std::vector<ConfigKey>& keys, const std::string& title) {
  Json schema{{"$schema", "https://json-schema.org/draft/2020-12/schema"},
              {"title", title},
              {"type", "object"},
              {"properties", Json::object()},
              {"additionalProperties", false}};
  std::map<std::string, Json::json_pointer> mappings{{"", Json::json_pointer()}};
  std::map<std::string, std::string> list_defaults;  // by the path of a list's items
  Json strict = Json::object();                      // what a file without a base must have
  for (const ConfigKey& key : keys) {
    const auto [parent, name] = split(key.path);
    const Json::json_pointer owner = mappings.at(parent), place = owner / "properties" / name;
    Json value = value_schema(key);
    Json::json_pointer inside = place;
    if (key.list) {
      value = Json{{"type", "array"}, {"items", std::move(value)}};
      inside = place / "items";
      mappings[key.path + "[]"] = inside;
      if (!key.defaults.empty()) list_defaults[key.path + "[]"] = key.defaults;
    } else if (key.named) {
      value = Json{{"type", "object"}, {"additionalProperties", std::move(value)}};
      inside = place / "additionalProperties";
      mappings[key.path + ".*"] = inside;
    } else {
      mappings[key.path] = inside;
    }
    if (!key.spec.help.empty()) value["description"] = key.spec.help;
    if (!key.fallback.is_null() && !key.spec.required) value["default"] = key.fallback;
    schema[place] = std::move(value);
    if (!key.spec.required) continue;
    if (const auto list = list_defaults.find(parent); list != list_defaults.end()) {
      require_without(schema, owner, list->second, name);
    } else if (in_list(key.path)) {
      schema[owner]["required"].push_back(name);
    } else {
      strict[owner]["required"].push_back(name);
    }
  }
  if (!strict.empty()) {
    schema["if"]["not"]["required"] = Json::array({kBaseKey});
    schema["then"] = std::move(strict);
  }
  return schema;
}

std::string explain_key(const std::vector<ConfigKey>& keys, const std::string& path) {
  const ConfigKey& key = find(keys, path);
  std::string text = key.path + "\n  " + words(key);
  if (const std::string fallback = fallback_words(key); !fallback.empty())
    text += key.spec.required ? "; required" : "; default " + fallback;
  if (!key.spec.help.empty()) text += "\n  " + key.spec.help;
  text += '\n';
  const std::string below = key.path + (key.list ? "[]." : key.named ? ".*." : ".");
  for (const ConfigKey& other : keys) {
    if (other.path.starts_with(below) && other.path.find('.', below.size()) == std::string::npos)
      text += "    " + other.path + "  (" + words(other) + ")\n";
  }
  return text;
}

std::string keys_table(const std::vector<ConfigKey>& keys) {
  const auto cell = [](std::string text) {
    for (std::size_t i = text.find('|'); i != std::string::npos; i = text.find('|', i + 2))
      text.insert(i, "\\");
    return text;
  };
  std::string table = "| key | value | default | meaning |\n|---|---|---|---|\n";
  for (const ConfigKey& key : keys) {
    if (key.shared) continue;
    table += "| `" + key.path + "` | " + cell(words(key)) + " | " + cell(fallback_words(key)) + " | " +
             cell(key.spec.help) + " |\n";
  }
  return table;
}

}  // namespace pixelsail
