#pragma once

/// A configuration file as a tree that remembers where each value was written. yaml-cpp stays behind it.

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace pixelsail {

/// One value of a configuration file. Mappings keep the order of the file.
struct ConfigNode {
  enum class Kind { kNull, kScalar, kSequence, kMapping };

  Kind kind = Kind::kNull;
  /// Text of a scalar, without quotes.
  std::string text;
  /// The scalar was quoted, so it is a text whatever it looks like.
  bool quoted = false;
  /// Where it was written: "train.yaml:12" or "--set a.b=1".
  std::string where;
  /// Items of a sequence or values of a mapping.
  std::vector<ConfigNode> items;
  /// Keys of a mapping, as many as items, and where each was written.
  std::vector<std::string> keys;
  std::vector<std::string> key_where;

  /// Value of a key; null when this is no mapping or has no such key.
  const ConfigNode* find(std::string_view key) const;
  ConfigNode* find(std::string_view key);
  /// Sets a key of a mapping, replacing the value it has.
  void set(const std::string& key, ConfigNode value, const std::string& key_place = {});
};

/// "where: path: message", leaving out what is empty, as ConfigError.
[[noreturn]] void throw_config_error(const std::string& where, const std::string& path,
                                     const std::string& message);

/// Parses one YAML document; `name` stands for the file in messages. An empty document is an empty mapping.
/// Throws ConfigError for malformed YAML, a duplicate key, a key that is no text, a second document, and for
/// anchors, aliases, merge keys ("<<") and explicit tags, which configuration files do without.
ConfigNode parse_config_tree(const std::string& text, const std::string& name);
/// The same from a file alone, whatever its `base`. Throws ConfigError when it cannot be read.
ConfigNode parse_config_file(const std::filesystem::path& path);

/// The key of a file that names the one it builds on, relative to itself.
inline constexpr const char* kBaseKey = "base";
/// A file laid over its base, the base over its own, and so on. Throws ConfigError for a base that does not
/// exist and for files that build on each other.
ConfigNode read_config_tree(const std::filesystem::path& path);
/// Mappings are joined key by key; whatever else `above` holds replaces what is `below`, lists too. Values
/// keep the place where they were written.
void lay_over(ConfigNode& below, ConfigNode above);

/// Applies "a.b[0].c=value", value in YAML: keys are added or replaced, list items must exist.
/// Throws ConfigError that begins with "--set".
void apply_override(ConfigNode& root, const std::string& assignment);

/// Block-style YAML that parses back to the same tree.
std::string config_tree_to_yaml(const ConfigNode& root);
/// Every scalar under its key path ("data.datasets[0].weight"), in YAML; empty lists and mappings as "[]" and
/// "{}".
std::map<std::string, std::string> flatten_config_tree(const ConfigNode& root);

/// The candidate most like `word`, empty when none is close enough to be a misspelling.
std::string nearest_name(std::string_view word, const std::vector<std::string>& candidates);

/// "parent.key", or "key" at the top.
std::string join_key_path(const std::string& parent, const std::string& key);

}  // namespace pixelsail
