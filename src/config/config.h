#pragma once

/// Strict YAML configuration: a file plus `--set a.b=c` overrides -> a plain struct that has a describe()
/// (core/describe.h), and back. Unknown key, wrong type, out of range, missing required: ConfigError with
/// file:line, the key path and, for an unknown key or value, the nearest valid name.

#include <filesystem>
#include <string>
#include <vector>

#include "config/visitors.h"

namespace pixelsail {

/// `overrides` are "key.path=value" with the value in YAML ("data.datasets[0].weight=2"); their errors say
/// "--set". Duplicate keys in the file are errors too.
template <class T>
T load_config(const std::filesystem::path& path, const std::vector<std::string>& overrides = {}) {
  T config;
  ConfigReader reader(path, overrides);
  reader.read(config);
  return config;
}

/// The same from text; `name` stands for the file in messages.
template <class T>
T parse_config(const std::string& text, const std::string& name,
               const std::vector<std::string>& overrides = {}) {
  T config;
  ConfigReader reader(text, name, overrides);
  reader.read(config);
  return config;
}

/// Every key with its value, in describe() order; reads back to the same struct. Doubles round-trip.
template <class T>
std::string config_to_yaml(const T& config) {
  ConfigWriter writer;
  return writer.write(config);
}

/// "key.path: old -> new" for every value that differs.
template <class T>
std::vector<std::string> config_differences(const T& old_config, const T& new_config) {
  return differing_keys(flatten_config(old_config), flatten_config(new_config));
}

}  // namespace pixelsail
