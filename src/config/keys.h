#pragma once

/// Every key of a configuration with its type, limits, default and meaning, from the same describe() that
/// reads it: to explain a key, to write the documentation, and as a JSON Schema that editors complete and
/// check a file with.

#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "config/visitors.h"

namespace pixelsail {

struct ConfigKey {
  enum class Type { kBoolean, kInteger, kNumber, kText, kMapping };

  /// "train.optimizer.lr". The items of a list of mappings have "data.datasets[].kind", the values of a
  /// mapping from names of the user's choice "named.*.kind".
  std::string path;
  Type type = Type::kText;
  bool list = false;                ///< a list of such values
  bool named = false;               ///< a mapping from any name to such values
  bool nullable = false;            ///< null is a value too
  nlohmann::ordered_json fallback;  ///< null: none, or null itself
  FieldSpec spec;                   ///< limits are those of a list's items
  std::string defaults;             ///< of a list: the key beside it that holds what its items share
  bool shared = false;              ///< below such a key: said once more, as a default
};

/// Calls describe() with a configuration of defaults and collects its keys, a mapping before what is in it.
class ConfigKeyLister {
 public:
  template <class T>
  static std::vector<ConfigKey> list() {
    ConfigKeyLister lister;
    lister.keys_.push_back(
        {.path = kBaseKey,
         .type = ConfigKey::Type::kText,
         .spec = {.help = "another file, relative to this one, whose keys hold where this one has none"}});
    const auto config = std::make_unique<T>();  // g++ 12 takes one on the stack for uninitialized
    describe(lister, *config);
    return std::move(lister.keys_);
  }

  /// Called by describe().
  template <class T>
  void field(const char* name, T& value, const FieldSpec& spec = {}) {
    const std::string path = join_key_path(path_, name);
    ConfigKey key{.path = path, .spec = spec};
    key.fallback = fallback_of(value);
    add(std::move(key), path, value);
  }

  /// Called by describe().
  template <class T>
  void list_with_defaults(const char* name, const char* defaults, std::vector<T>& value,
                          const FieldSpec& spec = {}, const char* = nullptr,
                          bool (*)(std::string_view, std::string_view) = nullptr) {
    const std::string path = join_key_path(path_, defaults);
    const std::size_t first = keys_.size();
    T item{};
    ConfigKey common{
        .path = path,
        .spec = {.help = std::string("what the items of ") + name + " have in common: any of their keys"}};
    add(std::move(common), path, item);
    for (std::size_t i = first + 1; i < keys_.size(); ++i) {
      keys_[i].shared = true;
      keys_[i].spec.required = false;
    }
    const std::size_t list = keys_.size();
    field(name, value, spec);
    keys_[list].defaults = defaults;
  }

 private:
  template <class T>
  void add(ConfigKey key, const std::string& path, T& value) {
    if constexpr (detail::IsOptional<T>::value) {
      key.nullable = true;
      typename T::value_type item{};
      add(std::move(key), path, item);
    } else if constexpr (detail::IsVector<T>::value) {
      key.list = true;
      typename T::value_type item{};
      add(std::move(key), path + "[]", item);
    } else if constexpr (detail::IsStringMap<T>::value) {
      key.named = true;
      typename T::mapped_type item{};
      add(std::move(key), path + ".*", item);
    } else if constexpr (detail::ConfigScalar<T>) {
      key.type = type_of(value);
      if constexpr (NamedEnum<T>) {
        if (key.spec.one_of.empty()) key.spec.one_of = names_of<T>();
      }
      keys_.push_back(std::move(key));
    } else {
      key.type = ConfigKey::Type::kMapping;
      keys_.push_back(std::move(key));
      std::string outer = std::exchange(path_, path);
      describe(*this, value);
      path_ = std::move(outer);
    }
  }

  static ConfigKey::Type type_of(bool) { return ConfigKey::Type::kBoolean; }
  static ConfigKey::Type type_of(int) { return ConfigKey::Type::kInteger; }
  static ConfigKey::Type type_of(std::int64_t) { return ConfigKey::Type::kInteger; }
  static ConfigKey::Type type_of(double) { return ConfigKey::Type::kNumber; }
  static ConfigKey::Type type_of(const std::string&) { return ConfigKey::Type::kText; }
  template <NamedEnum E>
  static ConfigKey::Type type_of(E) {
    return ConfigKey::Type::kText;
  }

  template <class T>
  static nlohmann::ordered_json fallback_of(const T& value) {
    if constexpr (std::same_as<T, double>) {
      return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json();
    } else if constexpr (NamedEnum<T>) {
      return std::string(name_of(value));
    } else if constexpr (detail::ConfigScalar<T>) {
      return value;
    } else if constexpr (detail::IsOptional<T>::value) {
      return value ? fallback_of(*value) : nlohmann::ordered_json();
    } else if constexpr (detail::IsVector<T>::value) {
      nlohmann::ordered_json items = nlohmann::ordered_json::array();
      if constexpr (!detail::ConfigStruct<typename T::value_type>) {
        using Item = typename T::value_type;
        // Naming the type turns the proxies of std::vector<bool> into bool.
        for (std::size_t i = 0; i < value.size(); ++i) items.push_back(fallback_of<Item>(value[i]));
      }
      return items;
    } else {
      return {};
    }
  }

  std::vector<ConfigKey> keys_;
  std::string path_;
};

/// JSON Schema (draft 2020-12) of a file with these keys: types, limits, allowed values, required keys,
/// defaults and meanings; unknown keys are errors. Keys are required of a file without a `base` only, which
/// may give them, and of a list's items only where no defaults stand beside the list.
nlohmann::ordered_json config_schema(const std::vector<ConfigKey>& keys, const std::string& title);

/// What one key is, with the keys below it when it is a mapping. "data.datasets[0].kind" is that of every
/// item; the end of a path will do where only one key has it. Throws ConfigError with the nearest key for an
/// unknown one.
std::string explain_key(const std::vector<ConfigKey>& keys, const std::string& path);

/// A Markdown table of all keys.
std::string keys_table(const std::vector<ConfigKey>& keys);

}  // namespace pixelsail
