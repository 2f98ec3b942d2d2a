#pragma once

/// The visitors that describe() functions (core/describe.h) are called with: reading a configuration, writing
/// it, and listing its keys. Use them through config/config.h.

#include <concepts>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "config/node.h"
#include "core/describe.h"
#include "core/enum_names.h"

namespace pixelsail {
namespace detail {

template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};
template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};
template <class T>
struct IsStringMap : std::false_type {};
template <class T>
struct IsStringMap<std::map<std::string, T>> : std::true_type {};

template <class T>
concept ConfigScalar = std::same_as<T, bool> || std::same_as<T, int> || std::same_as<T, std::int64_t> ||
    std::same_as<T, double> || std::same_as<T, std::string> || NamedEnum<T>;
template <class T>
concept ConfigCollection = IsVector<T>::value || IsOptional<T>::value || IsStringMap<T>::value;
/// Whatever else has members is taken for a struct with a describe().
template <class T>
concept ConfigStruct = std::is_class_v<T> && !ConfigScalar<T> && !ConfigCollection<T>;

/// Whether a default of a list reaches an item: `kind` is what the item says under the key that names its kind.
using DefaultRule = bool (*)(std::string_view kind, std::string_view key);

/// Collects the keys of one struct, so that a misspelled key is reported before the one that is missing for
/// it.
class KeyCollector {
 public:
  template <class T>
  void field(const char* name, T&, const FieldSpec& = {}) {
    names.emplace_back(name);
  }
  template <class T>
  void list_with_defaults(const char* name, const char* defaults, T&, const FieldSpec& = {},
                          const char* = nullptr, detail::DefaultRule = nullptr) {
    names.emplace_back(defaults);
    names.emplace_back(name);
  }
  std::vector<std::string> names;
};

/// Typed reading of one scalar; throws ConfigError with place and path.
void read_scalar(const ConfigNode& node, const std::string& path, const FieldSpec& spec, bool& value);
void read_scalar(const ConfigNode& node, const std::string& path, const FieldSpec& spec, int& value);
void read_scalar(const ConfigNode& node, const std::string& path, const FieldSpec& spec, std::int64_t& value);
void read_scalar(const ConfigNode& node, const std::string& path, const FieldSpec& spec, double& value);
void read_scalar(const ConfigNode& node, const std::string& path, const FieldSpec& spec, std::string& value);
/// An enum by its name; FieldSpec::one_of, when it is given, narrows the table.
template <NamedEnum E>
void read_scalar(const ConfigNode& node, const std::string& path, const FieldSpec& spec, E& value) {
  FieldSpec named = spec;
  if (named.one_of.empty()) named.one_of = names_of<E>();
  std::string text;
  read_scalar(node, path, named, text);
  value = find_value<E>(text).value();
}

ConfigNode write_scalar(bool value);
ConfigNode write_scalar(std::int64_t value);
ConfigNode write_scalar(double value);
ConfigNode write_scalar(const std::string& value);
template <NamedEnum E>
ConfigNode write_scalar(E value) {
  return write_scalar(std::string(name_of(value)));
}

void expect_kind(const ConfigNode& node, const std::string& path, ConfigNode::Kind kind);
void check_keys(const ConfigNode& node, const std::string& path, const std::vector<std::string>& known);

}  // namespace detail

/// Fills structs from a file. Lists and maps in the file replace the defaults as a whole; keys that the file
/// lacks keep their defaults. Every key of a struct must be described whatever its values are.
class ConfigReader {
 public:
  ConfigReader(const std::filesystem::path& path, const std::vector<std::string>& overrides);
  ConfigReader(const std::string& text, const std::string& name, const std::vector<std::string>& overrides);

  template <class T>
  void read(T& config) {
    read_struct(root_, {}, config);
  }

  /// Whether the file or an override gives a key of the top level.
  bool gives(const char* key) const { return root_.find(key) != nullptr; }

  /// Called by describe().
  template <class T>
  void field(const char* name, T& value, const FieldSpec& spec = {}) {
    const std::string path = join_key_path(path_, name);
    if (const ConfigNode* node = node_->find(name)) {
      read_value(*node, path, value, spec);
      return;
    }
    if (spec.required) throw_config_error(node_->where, path, "missing required key");
    if constexpr (detail::ConfigStruct<T>) {
      // Its own required keys are missing too; the error points to the mapping that should hold it.
      ConfigNode absent;
      absent.kind = ConfigNode::Kind::kMapping;
      absent.where = node_->where;
      read_struct(absent, path, value);
    }
  }

  /// Called by describe(): a list of structs, and beside it a mapping `defaults` of the keys that its items
  /// have in common. An item's own keys go before them.
  template <class T>
  void list_with_defaults(const char* name, const char* defaults, std::vector<T>& value,
                          const FieldSpec& spec = {}, const char* kind = nullptr,
                          detail::DefaultRule applies = nullptr) {
    const ConfigNode* list = node_->find(name);
    const ConfigNode* common = node_->find(defaults);
    if (common == nullptr) return field(name, value, spec);
    const std::string common_path = join_key_path(path_, defaults);
    detail::expect_kind(*common, common_path, ConfigNode::Kind::kMapping);
    detail::KeyCollector keys;
    T item{};
    describe(keys, item);
    detail::check_keys(*common, common_path, keys.names);
    if (list == nullptr || list->kind != ConfigNode::Kind::kSequence) return field(name, value, spec);
    ConfigNode whole = *list;
    for (ConfigNode& one : whole.items) {
      ConfigNode own = std::exchange(one, *common);
      const ConfigNode* named = kind != nullptr ? own.find(kind) : nullptr;
      if (applies != nullptr && named != nullptr) {
        ConfigNode taken{.kind = one.kind, .where = one.where};
        for (std::size_t i = 0; i < one.keys.size(); ++i) {
          if (applies(named->text, one.keys[i])) taken.set(one.keys[i], one.items[i], one.key_where[i]);
        }
        one = std::move(taken);
      }
      lay_over(one, std::move(own));
    }
    read_value(whole, join_key_path(path_, name), value, spec);
  }

 private:
  template <class T>
  void read_struct(const ConfigNode& node, const std::string& path, T& value) {
    detail::expect_kind(node, path, ConfigNode::Kind::kMapping);
    detail::KeyCollector keys;
    describe(keys, value);
    detail::check_keys(node, path, keys.names);
    const ConfigNode* outer_node = std::exchange(node_, &node);
    std::string outer_path = std::exchange(path_, path);
    describe(*this, value);
    node_ = outer_node;
    path_ = std::move(outer_path);
  }

  template <class T>
  void read_value(const ConfigNode& node, const std::string& path, T& value, const FieldSpec& spec) {
    if constexpr (detail::ConfigScalar<T>) {
      detail::read_scalar(node, path, spec, value);
    } else if constexpr (detail::IsOptional<T>::value) {
      static_assert(detail::ConfigScalar<typename T::value_type>, "std::optional is for scalars only");
      value.reset();
      if (node.kind == ConfigNode::Kind::kNull) return;
      detail::read_scalar(node, path, spec, value.emplace());
    } else if constexpr (detail::IsVector<T>::value) {
      detail::expect_kind(node, path, ConfigNode::Kind::kSequence);
      value.clear();
      for (std::size_t i = 0; i < node.items.size(); ++i) {
        typename T::value_type item{};
        read_value(node.items[i], path + "[" + std::to_string(i) + "]", item, spec);
        value.push_back(std::move(item));
      }
    } else if constexpr (detail::IsStringMap<T>::value) {
      detail::expect_kind(node, path, ConfigNode::Kind::kMapping);
      value.clear();
      for (std::size_t i = 0; i < node.items.size(); ++i) {
        read_value(node.items[i], join_key_path(path, node.keys[i]), value[node.keys[i]], spec);
      }
    } else {
      static_assert(detail::ConfigStruct<T>, "this type cannot be a configuration field (core/describe.h)");
      read_struct(node, path, value);
    }
  }

  ConfigNode root_;
  const ConfigNode* node_ = nullptr;
  std::string path_;
};

/// Writes structs as YAML.
class ConfigWriter {
 public:
  template <class T>
  std::string write(const T& config) {
    return config_tree_to_yaml(tree(config));
  }

  /// The same as a tree.
  template <class T>
  ConfigNode tree(const T& config) {
    return write_value(config);
  }

  /// Called by describe().
  template <class T>
  void field(const char* name, const T& value, const FieldSpec& = {}) {
    ConfigNode child = write_value(value);
    node_.set(name, std::move(child));
  }

  /// Called by describe(). Items are written whole, so the mapping of their defaults is not needed.
  template <class T>
  void list_with_defaults(const char* name, const char*, const T& value, const FieldSpec& = {},
                          const char* = nullptr, detail::DefaultRule = nullptr) {
    field(name, value);
  }

 private:
  template <class T>
  static ConfigNode write_value(const T& value) {
    ConfigNode node;
    if constexpr (std::same_as<T, int>) {
      node = detail::write_scalar(static_cast<std::int64_t>(value));
    } else if constexpr (detail::ConfigScalar<T>) {
      node = detail::write_scalar(value);
    } else if constexpr (detail::IsOptional<T>::value) {
      if (value) node = write_value(*value);
    } else if constexpr (detail::IsVector<T>::value) {
      node.kind = ConfigNode::Kind::kSequence;
      using Item = typename T::value_type;
      // Naming the type turns the proxies of std::vector<bool> into bool.
      for (std::size_t i = 0; i < value.size(); ++i) node.items.push_back(write_value<Item>(value[i]));
    } else if constexpr (detail::IsStringMap<T>::value) {
      node.kind = ConfigNode::Kind::kMapping;
      for (const auto& [key, item] : value) node.set(key, write_value(item));
    } else {
      ConfigWriter writer;
      writer.node_.kind = ConfigNode::Kind::kMapping;
      describe(writer, const_cast<T&>(value));  // describe() takes a mutable reference; field() only reads it
      node = std::move(writer.node_);
    }
    return node;
  }

  ConfigNode node_;
};

/// Every value under its key path, in YAML.
template <class T>
std::map<std::string, std::string> flatten_config(const T& config) {
  return flatten_config_tree(ConfigWriter().tree(config));
}

/// "key.path: old -> new" for every difference; a key that one side lacks reads "not set".
std::vector<std::string> differing_keys(const std::map<std::string, std::string>& old_values,
                                        const std::map<std::string, std::string>& new_values);

}  // namespace pixelsail
